package dev.garboard.inventory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a machine is recognised by. Placeholder values (all zero, all ones, "To be filled by O.E.M.") are never kept here.
 *
 * @param macs permanent MAC addresses, lower case with colons, sorted
 * @param uuid SMBIOS system UUID in canonical form, lower case
 */
public record MachineIdentity(
        List<String> macs,
        @Nullable String uuid,
        @Nullable String systemSerial,
        @Nullable String boardSerial) {

    public MachineIdentity {
        macs = macs.stream().sorted().distinct().toList();
    }

    public static MachineIdentity none() {
        return new MachineIdentity(List.of(), null, null, null);
    }
}
