package dev.garboard.fleet;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.inventory.Identities;
import dev.garboard.inventory.MachineIdentity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the agent found, as the inventory keeps it. */
final class HardwareFacts {

    private HardwareFacts() {}

    /** What the machine is recognised by. */
    static MachineIdentity identity(Hardware hardware) {
        var smbios = hardware.getSmbios();
        return Identities.seen(
                hardware.getNicsList().stream()
                        .map(NetworkInterfaceCard::getPermanentMac)
                        .toList(),
                smbios.getSystemUuid(),
                smbios.getSystemSerial(),
                smbios.getBoardSerial());
    }

    /** A message in the JSON form of protobuf, as maps, lists, texts, numbers and booleans; empty fields are left out. */
    static Map<String, Object> json(Message message) {
        var json = new LinkedHashMap<String, Object>();
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated() && value instanceof List<?> values) {
                json.put(
                        field.getJsonName(),
                        values.stream().map(one -> value(field, one)).toList());
            } else {
                json.put(field.getJsonName(), value(field, value));
            }
        });
        return json;
    }

    private static Object value(FieldDescriptor field, Object value) {
        return switch (value) {
            case Message nested -> json(nested);
            case EnumValueDescriptor constant -> constant.getName();
            // JSON numbers lose digits above 2^53, so protobuf writes 64-bit integers as text.
            case Long number when field.getType() == FieldDescriptor.Type.UINT64 -> Long.toUnsignedString(number);
            case Long number -> Long.toString(number);
            case Integer number when field.getType() == FieldDescriptor.Type.UINT32 -> Integer.toUnsignedLong(number);
            default -> value;
        };
    }
}
