package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AptSourceTest {

    private static final String STANZAS = """
            Types: deb deb-src
            # the mirror of this site
            URIs: http://mirror.example/debian
            Suites: bookworm bookworm-updates bookworm-backports
            Components: main contrib
            Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

            Types: deb
            URIs: http://tools.example
            Suites: nodistro
            Components: main
            Signed-By: /usr/share/keyrings/tools.gpg

            Enabled: no
            Types: deb
            URIs: http://mirror.example/old
            Suites: bookworm
            Components: main
            """;

    @Test
    void readsStanzasWithoutTheDisabledOnes() {
        var sources = AptSource.readStanzas(STANZAS);

        assertEquals(2, sources.size());
        assertEquals(List.of("http://mirror.example/debian"), sources.getFirst().uris());
        assertEquals(
                "/usr/share/keyrings/debian-archive-keyring.gpg",
                sources.getFirst().signedBy());
    }

    @Test
    void readsLinesWithOptionsAndComments() {
        var sources = AptSource.readLines("""
                # deb http://mirror.example/debian sid main
                deb [arch=amd64 signed-by=/k/debian-archive-keyring.gpg] http://mirror.example/debian trixie main contrib # ours
                deb-src http://mirror.example/debian trixie main
                """);

        assertEquals(
                List.of(new AptSource(
                        List.of("http://mirror.example/debian"),
                        List.of("trixie"),
                        List.of("main", "contrib"),
                        "/k/debian-archive-keyring.gpg")),
                sources);
    }

    @Test
    void knowsDebianFromARepositoryBesideIt() {
        var sources = AptSource.readStanzas(STANZAS);

        assertTrue(sources.getFirst().isDebian("bookworm"));
        assertFalse(sources.getFirst().isDebian("trixie"));
        assertFalse(sources.getLast().isDebian("bookworm"));
    }

    @Test
    void keepsTheSuitesOfTheReleaseAndLeavesBackportsOut() {
        var stanza = AptSource.readStanzas(STANZAS).getFirst().stanza("bookworm", List.of("main", "non-free-firmware"));

        assertEquals("""
                Types: deb
                URIs: http://mirror.example/debian
                Suites: bookworm bookworm-updates
                Components: main non-free-firmware
                Architectures: amd64
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
                """, stanza);
    }
}
