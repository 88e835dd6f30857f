package dev.garboard.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs that carry everything the import looks at and do nothing: an ELF header, one section of Go build information. */
record SamplePrograms(Path directory) {

    static final int X86_64 = 62;
    static final int AARCH64 = 183;

    /** One of each, as a build of the lab lays them out: all of Kubernetes in one program. */
    static SamplePrograms write(Path directory) throws IOException {
        var sample = new SamplePrograms(directory);
        for (var program : BundleProgram.values()) {
            if (!program.isKubernetes() && program != BundleProgram.PAUSE) {
                sample.program(program.path(), X86_64, program.module() + "/v2", "v" + version(program));
            }
        }
        sample.program("bin/pause", X86_64, "example.test/pause", "(devel)");
        sample.program("bin/kubernetes", X86_64, "k8s.io/kubernetes", "v1.37.2");
        sample.sums();
        return sample;
    }

    static String version(BundleProgram program) {
        return switch (program) {
            case ETCD, ETCDUTL -> "3.6.16";
            case CONTAINERD, CONTAINERD_SHIM, CTR -> "2.3.7";
            case RUNC -> "1.4.2";
            case COREDNS -> "1.14.7";
            case PAUSE -> "";
            case BRIDGE, HOST_LOCAL, LOOPBACK, PORTMAP, PTP -> "1.9.1";
            default -> "1.37.2";
        };
    }

    SamplePrograms program(String path, int machine, String module, String version) throws IOException {
        return file(path, elf(machine, module, version));
    }

    SamplePrograms file(String path, byte[] content) throws IOException {
        var file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        return this;
    }

    SamplePrograms delete(String path) throws IOException {
        Files.delete(directory.resolve(path));
        return this;
    }

    /** Writes the checksums of everything there is. */
    SamplePrograms sums() throws IOException {
        Files.deleteIfExists(directory.resolve(BundleInput.CHECKSUMS));
        var lines = new StringBuilder();
        for (var file : Trees.sorted(directory)) {
            if (Files.isRegularFile(file)) {
                lines.append(Digest.of(file))
                        .append("  ./")
                        .append(directory.relativize(file))
                        .append('\n');
            }
        }
        Files.writeString(directory.resolve(BundleInput.CHECKSUMS), lines);
        return this;
    }

    static byte[] elf(int machine, String module, String version) {
        var information = goSection("path\t" + module + "\nmod\texample.test/main\t(devel)\t\ndep\t" + module + "\t"
                + version + "\th1:x\nbuild\tGOOS=linux\n");
        var names = "\0.shstrtab\0.go.buildinfo\0".getBytes(StandardCharsets.US_ASCII);
        int namesAt = 64;
        int informationAt = namesAt + names.length;
        int tableAt = informationAt + information.length;
        var elf = ByteBuffer.allocate(tableAt + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        elf.putShort(0x10, (short) 2).putShort(0x12, (short) machine).putLong(0x28, tableAt);
        elf.putShort(0x3a, (short) 64).putShort(0x3c, (short) 3).putShort(0x3e, (short) 1);
        elf.put(namesAt, names).put(informationAt, information);
        section(elf, tableAt + 64, 1, namesAt, names.length);
        section(elf, tableAt + 128, 11, informationAt, information.length);
        return elf.array();
    }

    private static void section(ByteBuffer elf, int header, int name, int at, int length) {
        elf.putInt(header, name).putLong(header + 0x18, at).putLong(header + 0x20, length);
    }

    private static byte[] goSection(String modules) {
        var out = new ByteArrayOutputStream();
        out.writeBytes("\u00ff Go buildinf:\u0008\u0002".getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[16]);
        text(out, "go1.26.8");
        text(out, "0123456789abcdef" + modules + "0123456789abcdef");
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        int length = text.length();
        while (length >= 0x80) {
            out.write((length & 0x7f) | 0x80);
            length >>= 7;
        }
        out.write(length);
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
