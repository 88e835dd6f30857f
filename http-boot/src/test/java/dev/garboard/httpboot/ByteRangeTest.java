package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.httpboot.ByteRange.Outside;
import dev.garboard.httpboot.ByteRange.Part;
import dev.garboard.httpboot.ByteRange.Whole;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ByteRangeTest {

    record Row(String header, ByteRange range) {}

    static final List<Row> rows = List.of(
            new Row("bytes=0-0", new Part(0, 1)),
            new Row("bytes=10-19", new Part(10, 10)),
            new Row("bytes=90-", new Part(90, 10)),
            new Row("bytes=90-1000", new Part(90, 10)),
            new Row("bytes=-10", new Part(90, 10)),
            new Row("bytes=-1000", new Part(0, 100)),
            new Row("bytes=100-", new Outside()),
            new Row("bytes=-0", new Outside()),
            new Row("bytes=5-4", new Whole()),
            new Row("bytes=-", new Whole()),
            new Row("bytes=0-1,5-6", new Whole()),
            new Row("items=0-1", new Whole()),
            new Row("bytes=99999999999999999999-", new Whole()));

    @ParameterizedTest
    @FieldSource("rows")
    void readsTheRangeOfAFileOf100Bytes(Row row) {
        assertEquals(row.range(), ByteRange.parse(row.header(), 100));
    }

    @Test
    void noRangeAtAllIsTheWholeFile() {
        assertEquals(new Whole(), ByteRange.parse(null, 100));
    }
}
