package dev.garboard.nodeconfig.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.Inet4Address;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

class BinderTest {

    @Matches(value = "[a-z]+", expected = "small letters")
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    @interface Word {}

    enum Mode {
        ACTIVE_BACKUP,

        @Spelled("802.3ad")
        LACP
    }

    record Port(int number) {

        @FromText("a port such as :80")
        public static Port parse(String text) {
            if (!text.matches(":\\d{1,5}")) {
                throw new IllegalArgumentException("a port such as :80");
            }
            return new Port(Integer.parseInt(text.substring(1)));
        }

        @Override
        public String toString() {
            return ":" + number;
        }
    }

    record Member(
            @Word String name,
            @Default("5") @Range(min = 1, max = 9) int weight) {}

    record Common(
            Mode mode,
            @Default(value = "false", written = false) boolean leaving) {}

    record Everything(
            @Given String name,
            @Inline Common common,
            @Key("class") @OneOf({"fast", "slow"}) String speed,
            @Nullable @Range(min = 0, max = 4094) Integer vlan,
            @Default("7") long count,
            Port port,
            Inet4Address address,
            URI url,
            @Nullable Instant since,
            @Size(min = 1, max = 2) List<@Word String> words,
            @WrittenEmpty List<Member> members,
            @Size(max = 2) SortedMap<@Word String, Port> ports,
            Map<String, Object> facts,
            @Default("{\"name\":\"x\"}") Member leader)
            implements Checked {

        Everything {
            words = List.copyOf(words);
            members = List.copyOf(members);
            ports = new TreeMap<>(ports);
            facts = Map.copyOf(facts);
        }

        @Override
        public void check(Place here) {
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).name().equals(leader.name())) {
                    here.field("members").element(i).field("name").wrong(leader.name(), "another than the leader's");
                }
            }
        }
    }

    private static final String LEAST = """
            {"mode":"802.3ad","class":"fast","port":":80","address":"192.0.2.1","url":"http://a.example/x","words":["a"]}""";

    private static final Everything LEAST_READ = new Everything(
            "given",
            new Common(Mode.LACP, false),
            "fast",
            null,
            7,
            new Port(80),
            Ipv4Text.parse("192.0.2.1"),
            URI.create("http://a.example/x"),
            null,
            List.of("a"),
            List.of(),
            new TreeMap<>(),
            Map.of(),
            new Member("x", 5));

    @Test
    void whatIsLeftOutIsItsDefault() {
        var here = Place.root();

        var read = Binder.read(Everything.class, StrictJson.parse(LEAST), here, Map.of("name", "given"));

        assertEquals(List.of(), here.problems());
        assertEquals(LEAST_READ, read);
    }

    @Test
    void whatSaysNothingIsNotWritten() {
        assertEquals("""
                {"mode":"802.3ad","class":"fast","count":7,"port":":80","address":"192.0.2.1",\
                "url":"http://a.example/x","words":["a"],"members":[],"leader":{"name":"x","weight":5}}""", Binder.write(LEAST_READ).toString());
    }

    @Test
    void readsWhatItWroteWithKeysInTheirOrder() {
        var full = new Everything(
                "given",
                new Common(Mode.ACTIVE_BACKUP, true),
                "slow",
                4094,
                8,
                new Port(1),
                Ipv4Text.parse("192.0.2.1"),
                URI.create("https://[2001:db8::1]:8443/"),
                Instant.parse("2026-11-23T18:15:00.250Z"),
                List.of("a", "b"),
                List.of(new Member("m", 1)),
                new TreeMap<>(Map.of("z", new Port(2), "a", new Port(3))),
                Map.of("b", List.of(1, true, 0.5), "a", Map.of("y", "1", "x", "2")),
                new Member("l", 9));

        var written = Binder.write(full).toString();

        assertEquals("""
                {"mode":"ActiveBackup","leaving":true,"class":"slow","vlan":4094,"count":8,"port":":1",\
                "address":"192.0.2.1","url":"https://[2001:db8::1]:8443/","since":"2026-11-23T18:15:00.250Z",\
                "words":["a","b"],"members":[{"name":"m","weight":1}],"ports":{"a":":3","z":":2"},\
                "facts":{"a":{"x":"2","y":"1"},"b":[1,true,0.5]},"leader":{"name":"l","weight":9}}""", written);
        assertEquals(
                full, Binder.read(Everything.class, StrictJson.parse(written), Place.root(), Map.of("name", "given")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "mode":"Lacp"          | mode: found "Lacp", expected one of ActiveBackup, 802.3ad
            "mode":null            | mode: missing, expected one of ActiveBackup, 802.3ad
            "leaving":"no"         | leaving: found "no", expected true or false
            "class":"quick"        | class: found "quick", expected one of fast, slow
            "speed":"fast"         | speed: unknown field; known are mode, leaving, class, vlan, count, port, address, url, since, words, members, ports, facts, leader
            "vlam":1               | vlam: unknown field; did you mean vlan?
            "vlan":4095            | vlan: found 4095, expected an integer from 0 to 4094
            "vlan":1.5             | vlan: found 1.5, expected an integer from 0 to 4094
            "vlan":"1"             | vlan: found "1", expected an integer from 0 to 4094
            "count":9223372036854775808 | count: found 9223372036854775808, expected an integer
            "port":80              | port: found 80, expected a port such as :80
            "port":"80"            | port: found "80", expected a port such as :80
            "port":null            | port: missing, expected a port such as :80
            "address":"192.0.2.256" | address: found "192.0.2.256", expected an IPv4 address
            "address":"192.0.2"    | address: found "192.0.2", expected an IPv4 address
            "url":"http:/x"        | url: found "http:/x", expected a URL with a host
            "url":"http://a b"     | url: found "http://a b", expected a URL with a host
            "since":"yesterday"    | since: found "yesterday", expected a time such as 2026-11-23T18:15:00Z
            "words":[]             | words: found [], expected a list of 1 to 2
            "words":["a","b","c"]  | words: found ["a","b","c"], expected a list of 1 to 2
            "words":null           | words: missing, expected a list of 1 to 2
            "words":["a","B"]      | words[1]: found "B", expected small letters
            "words":["a",null]     | words[1]: found null, expected small letters
            "members":{}           | members: found {}, expected a list
            "members":[5]          | members[0]: found 5, expected an object
            "members":[{"name":"m","weight":0}] | members[0].weight: found 0, expected an integer from 1 to 9
            "members":[{"name":"x"}] | members[0].name: found "x", expected another than the leader's
            "ports":{"a":"b"}      | ports[a]: found "b", expected a port such as :80
            "ports":[]             | ports: found [], expected an object of at most 2
            "ports":{"A":":1"}     | ports[A]: found "A", expected small letters
            "ports":{"a":":1","b":":1","c":":1"} | ports: found {"a":":1","b":":1","c":":1"}, expected an object of at most 2
            "class":"0123456789012345678901234567890123456789012345678901234567890" | class: found "01234567890123456789012345678901234567890123456789012345..., expected one of fast, slow
            "class":"\\u001b[2J"    | class: found "\\u001B[2J", expected one of fast, slow
            """)
    void refusesWithPathFoundAndExpected(String field, String message) {
        var here = Place.root();
        var node = (ObjectNode) StrictJson.parse(LEAST);
        node.setAll((ObjectNode) StrictJson.parse("{" + field + "}"));

        assertNull(Binder.read(Everything.class, node, here, Map.of("name", "given")));
        assertEquals(
                List.of(message),
                here.problems().stream().map(Problem::toString).toList());
    }

    /** Who sends a mebibyte of mistakes gets an answer that a person can read, and no memory of ours. */
    @Test
    void ofVeryManyMistakesAHundredAreTold() {
        var here = Place.root();
        var elements = StrictJson.parse("[" + "7,".repeat(99_999) + "7]");

        assertNull(new ListCodec(new FlagCodec(), Bounds.of(null)).read(StrictJson.parse("7"), here));
        assertEquals(1, here.problems().size());
        new ListCodec(new FlagCodec(), Bounds.of(null)).read(elements, here.field("list"));

        assertEquals(101, here.problems().size());
        assertEquals(
                "list[98]: found 7, expected true or false",
                here.problems().get(99).toString());
        assertEquals(
                "and there is more; only the first 100 are told",
                here.problems().get(100).toString());
    }

    @Test
    void tellsEverythingWithItsSort() {
        var here = Place.root();

        assertNull(Binder.read(
                Member.class, StrictJson.parse("{\"nome\":\"a\",\"weight\":0,\"zzzzzzzz\":1}"), here.field("spec")));
        assertEquals(
                List.of(
                        new Problem(Problem.Sort.UNKNOWN, "spec.nome", "unknown field; did you mean name?"),
                        new Problem(Problem.Sort.UNKNOWN, "spec.zzzzzzzz", "unknown field; known are name, weight"),
                        new Problem(Problem.Sort.WRONG, "spec.weight", "found 0, expected an integer from 1 to 9")),
                here.problems());
    }

    @Test
    void whatNoFieldCanBeIsTheProgrammersFault() {
        record Odd(Thread thread) {}
        record Bad(@Default("0") @Range(min = 1, max = 2) int number) {}
        var nothing = StrictJson.parse("{}");

        assertThrows(IllegalStateException.class, () -> Binder.read(Odd.class, nothing, Place.root()));
        assertThrows(IllegalStateException.class, () -> Binder.read(Bad.class, nothing, Place.root()));
        assertThrows(IllegalStateException.class, () -> Binder.read(Everything.class, nothing, Place.root()));
    }

    @Test
    void refusesAKeyThatIsThereTwiceAndWhatFollows() {
        assertThrows(JacksonException.class, () -> StrictJson.parse("{\"a\":1,\"a\":2}"));
        assertThrows(JacksonException.class, () -> StrictJson.parse("{} {}"));
    }
}
