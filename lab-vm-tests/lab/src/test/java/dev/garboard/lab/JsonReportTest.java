package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonReportTest {

    @Test
    void writesOneObjectALine() {
        var out = new StringWriter();
        var report = new JsonReport(new PrintWriter(out));

        report.done("site", "made", 0.5);
        report.stage("m1", new BootProgress.Event("dhcp", 2.5, "192.168.77.100", false));
        report.stage("m1", new BootProgress.Event("root", 3.5, "lost", true));
        report.stage("m1", new BootProgress.Event("agent", 22.5, "", false), 14.25);
        report.say("words for people");
        report.stopped("m1", "dhcp", "why", List.of("line"));
        report.ready(1, 31.2);

        assertEquals("""
                {"event":"done","step":"site","detail":"made","seconds":0.5}
                {"event":"stage","machine":"m1","stage":"dhcp","seconds":2.5,"detail":"192.168.77.100"}
                {"event":"problem","machine":"m1","stage":"root","seconds":3.5,"detail":"lost"}
                {"event":"stage","machine":"m1","stage":"agent","seconds":22.5,"detail":"","cpuSeconds":14.25}
                {"event":"stopped","machine":"m1","stage":"dhcp","reason":"why","console":["line"]}
                {"event":"ready","machines":1,"seconds":31.2}
                """, out.toString());
    }
}
