package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.image.ImageManifest;
import dev.garboard.image.ImageStore;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two image servers on one database. */
class ImageCatalogIT {

    private static final Instant TIME = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    Path site;

    private Inventory inventory;
    private final Shelf east = new Shelf();
    private final Shelf west = new Shelf();

    /** What one server's store has. */
    private static final class Shelf {
        final Map<String, ImageStore.Imported> images = new TreeMap<>();
        final Map<String, String> damaged = new HashMap<>();

        void put(String name, String content) {
            images.put(name, new ImageStore.Imported(manifest(name, content), "CN=release", "00"));
        }

        ImageStore.Contents contents() {
            return new ImageStore.Contents(List.copyOf(images.values()), Map.copyOf(damaged));
        }
    }

    @BeforeEach
    void open() {
        inventory = Inventory.open(site.resolve("garboard.db").toString());
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    @Test
    void neitherServerTakesWhatTheOtherHas() {
        east.put("lab-1", "a");
        west.put("lab-2", "b");

        rounds();

        assertEquals(Map.of("lab-1", List.of("east"), "lab-2", List.of("west")), servers());
        assertTrue(image("lab-1").spec().preferred());
        assertEquals(List.of(), image("lab-2").status().conditions());
    }

    @Test
    void anImageOnBothIsOneAndStaysWhileOneHasIt() {
        east.put("lab-0", "z");
        east.put("lab-1", "a");
        west.put("lab-1", "a");
        rounds();
        var both = servers();

        east.images.remove("lab-1");
        rounds();
        var one = servers();
        west.images.remove("lab-1");
        rounds();

        assertEquals(List.of("east", "west"), both.get("lab-1"));
        assertEquals(List.of("west"), one.get("lab-1"));
        assertEquals(Map.of("lab-0", List.of("east")), servers());
    }

    @Test
    void whatMachinesAreToBootIsNotForgottenWhenNoServerHasIt() {
        east.put("lab-1", "a");
        east.put("lab-2", "b");
        east.put("lab-3", "c");
        rounds();
        inventory.store().create(machineWith("lab-2"));

        east.images.clear();
        rounds();

        assertEquals(Map.of("lab-1", List.of(), "lab-2", List.of()), servers());
        assertEquals(
                List.of(new Condition(
                        ImageStatus.AVAILABLE,
                        "False",
                        "NoServerHasIt",
                        "no server has this image; import it with `garboard image import`, or delete it",
                        TIME)),
                image("lab-2").status().conditions());
        east.put("lab-2", "b");
        rounds();
        assertEquals(List.of(), image("lab-2").status().conditions());
    }

    @Test
    void aDamagedImageIsNamedOnItsResourceAndTheOthersGoOn() {
        east.put("lab-1", "a");
        east.put("lab-2", "b");
        west.put("lab-1", "a");
        rounds();

        east.images.remove("lab-1");
        east.damaged.put("lab-1", "its manifest is damaged");
        rounds();

        assertEquals(Map.of("lab-1", List.of("west"), "lab-2", List.of("east")), servers());
        assertEquals(
                List.of(new Condition(
                        "Damaged-east", "True", "ManifestDamaged", "on east its manifest is damaged", TIME)),
                image("lab-1").status().conditions());
    }

    @Test
    void twoImagesOfOneNameAreNotWrittenOverEachOtherForEver() {
        east.put("lab-1", "a");
        west.put("lab-1", "b");
        rounds();
        var settled = inventory.store().revision();

        rounds();

        assertEquals(settled, inventory.store().revision());
        assertEquals(Map.of("lab-1", List.of("east")), servers());
        assertEquals(
                "StoresDiffer", image("lab-1").status().conditions().getFirst().reason());
        assertEquals("a".repeat(64), image("lab-1").spec().rootHash());
    }

    @Test
    void anImageThatIsHereAndCannotBeReadStopsNoOther() throws SQLException {
        east.put("lab-1", "a");
        rounds();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + site.resolve("garboard.db"));
                var sql = connection.createStatement()) {
            sql.execute("PRAGMA busy_timeout = 10000");
            sql.execute("UPDATE resource SET body = '{' WHERE name = 'lab-1'");
        }
        east.put("lab-0", "b");
        east.put("lab-2", "c");

        rounds();

        assertEquals(Map.of("lab-0", List.of("east"), "lab-2", List.of("east")), servers());
        assertEquals(
                Set.of("lab-1"),
                inventory.store().list(Kinds.IMAGE).unreadable().keySet());
    }

    private void rounds() {
        for (int round = 0; round < 2; round++) {
            new ImageCatalog(east::contents, "east", inventory.store(), InstantSource.fixed(TIME)).synchronize();
            new ImageCatalog(west::contents, "west", inventory.store(), InstantSource.fixed(TIME)).synchronize();
        }
    }

    private Map<String, List<String>> servers() {
        var servers = new TreeMap<String, List<String>>();
        inventory
                .store()
                .list(Kinds.IMAGE)
                .items()
                .forEach(image -> servers.put(image.name(), image.status().servers()));
        return servers;
    }

    private Resource<ImageSpec, ImageStatus> image(String name) {
        return inventory.store().get(Kinds.IMAGE, name).orElseThrow();
    }

    private static Resource<MachineSpec, MachineStatus> machineWith(String image) {
        var undecided = MachineSpec.undecided();
        return new Resource<>(
                Kinds.MACHINE,
                ObjectMeta.named("m1"),
                new MachineSpec(
                        undecided.acceptance(), undecided.identity(), image, null, List.of(), List.of(), null, null),
                MachineStatus.unseen());
    }

    private static ImageManifest manifest(String name, String content) {
        var digest = content.repeat(64).replace('z', '0');
        return new ImageManifest(
                1,
                name,
                "1",
                "build",
                "lab",
                "amd64",
                "6.12",
                digest,
                "",
                Instant.EPOCH,
                List.of(
                        new ImageManifest.File("kernel", digest, 1),
                        new ImageManifest.File("initramfs", digest, 1),
                        new ImageManifest.File("root", digest, 1)),
                List.of());
    }
}
