package dev.garboard.cli;

import dev.garboard.trust.ForeignText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Columns as wide as their widest cell; a cell is text on one line, whatever it holds. */
final class TextTable {

    private static final int CELL_LIMIT = 300;

    private TextTable() {}

    static void print(PrintWriter out, List<String> names, List<List<String>> rows) {
        var lines = new ArrayList<List<String>>();
        lines.add(names.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
        rows.forEach(row -> lines.add(row.stream()
                .map(cell -> ForeignText.printable(cell, CELL_LIMIT))
                .toList()));
        var widths = new int[names.size()];
        for (var line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (var line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i));
                if (i < widths.length - 1) {
                    text.repeat(' ', widths[i] - line.get(i).length() + 3);
                }
            }
            out.println(text);
        }
        out.flush();
    }
}
