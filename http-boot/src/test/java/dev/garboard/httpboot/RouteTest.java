package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    private static final String HEX = "0123456789abcdef0123456789abcdef";
    private static final SessionId session = new SessionId(HEX);

    record Row(String path, Route route) {}

    static final List<Row> rows = List.of(
            new Row("/boot/" + HEX + "/script.ipxe", new Route.Script(session)),
            new Row("//boot//" + HEX + "///script.ipxe", new Route.Script(session)),
            new Row("/boot/" + HEX + "/autoexec.ipxe", new Route.Autoexec(session)),
            new Row("/boot/" + HEX + "/root.cpio", new Route.File(session, "root.cpio")),
            new Row("/boot/" + HEX + "/efi%2Fboot\\x.efi", new Route.File(session, "efi/boot/x.efi")),
            new Row("/" + HEX + "/snponly.efi", new Route.File(session, "snponly.efi")),
            new Row("/snponly.efi", new Route.File(null, "snponly.efi")),
            new Row("/a/b", new Route.File(null, "a/b")),
            new Row("/%252e%252e/a", new Route.File(null, "%2e%2e/a")),
            new Row("/./a", new Route.File(null, "a")),
            new Row("/a%20b~", new Route.File(null, "a b~")),
            new Row("/%41", new Route.File(null, "A")),
            new Row("/" + HEX, new Route.File(null, HEX)),
            new Row("/" + HEX + "/script.ipxe", new Route.Script(session)),
            new Row("/boot/" + HEX + "/efi/script.ipxe", new Route.File(session, "efi/script.ipxe")),
            new Row("/" + "a".repeat(1023), new Route.File(null, "a".repeat(1023))),
            new Row("/autoexec.ipxe", new Route.Autoexec(null)),
            new Row("/healthz", new Route.Health()));

    @ParameterizedTest
    @FieldSource("rows")
    void readsThePath(Row row) {
        assertEquals(row.route(), Route.of(row.path()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/boot",
                "/boot/x/kernel",
                "/boot/0123456789ABCDEF0123456789ABCDEF/kernel",
                "/boot/0123456789abcdef0123456789abcdef",
                "/../etc/passwd",
                "/a/..",
                "/%2e%2e/etc/passwd",
                "/a%2f..%2f..%2fetc",
                "/..\\etc",
                "/a%00b",
                "/a%0d%0ab",
                "/%",
                "/%g0",
                "/%0g",
                "/%4",
                "/a%1f",
                "/a%7f",
                "/a\u00e9",
            })
    void refusesThePath(String path) {
        assertInstanceOf(Route.Refused.class, Route.of(path));
    }

    @ParameterizedTest
    @ValueSource(ints = {1025, 100_000})
    void refusesAnEndlessPath(int length) {
        assertInstanceOf(Route.Refused.class, Route.of("a".repeat(length)));
    }
}
