package dev.stocktake.bench;

import java.util.List;
import java.util.Locale;

/**
 * Bars beside their names, with a whisker from the least to the most of the rounds, as SVG that needs nothing else. Readable
 * on light and on dark pages.
 */
final class BarChart {

    private static final int WIDTH = 760;
    private static final int LEFT = 230;
    private static final int RIGHT = 110;
    private static final int TOP = 46;
    private static final int ROW = 30;
    private static final int BAR = 16;

    private BarChart() {}

    /**
     * A bar.
     *
     * @param value the median of the rounds and their ends
     * @param ours whether it is in the colour of what is measured, or of what it is measured by
     */
    record Bar(String name, Spread value, boolean ours) {}

    /** @param unit behind each number */
    static String svg(String title, String unit, List<Bar> bars) {
        double most = bars.stream().mapToDouble(bar -> bar.value().most()).max().orElse(0);
        double scale = most == 0 ? 0 : (WIDTH - LEFT - RIGHT) / most;
        int height = TOP + ROW * bars.size() + 12;
        StringBuilder svg = new StringBuilder();
        line(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " role=\"img\" aria-label=\"%s\" font-family=\"sans-serif\" font-size=\"13\">",
                WIDTH,
                height,
                WIDTH,
                height,
                escaped(title));
        line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
        line(
                svg,
                "<text x=\"12\" y=\"26\" font-size=\"15\" font-weight=\"bold\" fill=\"#1f2328\">%s</text>",
                escaped(title));
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + i * ROW, scale, unit);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, Bar bar, int top, double scale, String unit) {
        Spread value = bar.value();
        double width = value.median() * scale;
        int middle = top + BAR / 2;
        line(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1f2328\">%s</text>",
                LEFT - 10,
                middle + 5,
                escaped(bar.name()));
        line(
                svg,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>",
                LEFT,
                top,
                width,
                BAR,
                bar.ours() ? "#0969da" : "#8c959f");
        if (value.most() > value.least()) {
            line(
                    svg,
                    "<path d=\"M%.1f %d H%.1f M%.1f %d v8 M%.1f %d v8\" stroke=\"#1f2328\" fill=\"none\"/>",
                    LEFT + value.least() * scale,
                    middle,
                    LEFT + value.most() * scale,
                    LEFT + value.least() * scale,
                    middle - 4,
                    LEFT + value.most() * scale,
                    middle - 4);
        }
        line(
                svg,
                "<text x=\"%.1f\" y=\"%d\" fill=\"#1f2328\">%s %s</text>",
                LEFT + Math.max(width, value.most() * scale) + 8,
                middle + 5,
                number(value.median()),
                escaped(unit));
    }

    /** Three digits, as everywhere. */
    static String number(double value) {
        double rounded = Results.rounded(value);
        return rounded == Math.rint(rounded)
                ? String.format(Locale.ROOT, "%,d", (long) rounded)
                : String.format(Locale.ROOT, "%s", rounded);
    }

    private static void line(StringBuilder svg, String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
