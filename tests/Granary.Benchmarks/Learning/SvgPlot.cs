using System.Globalization;
using System.Text;

namespace Granary.Benchmarks.Learning;

/// <summary>A small line plot as SVG: lines over a common x axis from 0, a legend, round ticks. It reads well on light and on dark ground.</summary>
internal sealed class SvgPlot(string title, string xTitle, string yTitle)
{
    private const int Width = 720;
    private const int Height = 400;
    private const int Left = 76;
    private const int Right = 20;
    private const int Top = 40;
    private const int Bottom = 52;

    private static readonly string[] Colours = ["#1f77b4", "#d95f02", "#7f7f7f", "#2ca02c", "#9467bd"];

    private readonly List<(string Name, double[] Y)> _lines = [];

    /// <summary>One value for each step of x, from 0.</summary>
    public void Add(string name, double[] y) => _lines.Add((name, y));

    public string Write()
    {
        var most = _lines.Max(l => l.Y.Length) - 1;
        var (low, high) = (Math.Min(0, _lines.Min(l => l.Y.Min())), _lines.Max(l => l.Y.Max()));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"{title}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n<text x=\"{Left}\" y=\"22\" font-size=\"15\">{title}</text>\n");
        foreach (var tick in Ticks(low, high))
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(tick):0.#}H{Width - Right}\" stroke=\"#dddddd\"/><text x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{tick.ToString("#,0.##", CultureInfo.InvariantCulture)}</text>\n");
        foreach (var tick in Ticks(0, most))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):0.#}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{tick.ToString("#,0", CultureInfo.InvariantCulture)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{xTitle}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{yTitle}</text>\n");
        for (var i = 0; i < _lines.Count; i++)
        {
            var (name, y) = _lines[i];
            var step = Math.Max(1, y.Length / 300);
            var path = new StringBuilder();
            for (var x = 0; x < y.Length; x = x == y.Length - 1 ? y.Length : Math.Min(y.Length - 1, x + step))
                path.Append(CultureInfo.InvariantCulture, $"{(x == 0 ? "M" : "L")}{X(x):0.#} {Y(y[x]):0.#}");
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left + 12} {Top + 12 + (i * 20)}h24\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"3\"/><text x=\"{Left + 44}\" y=\"{Top + 16 + (i * 20)}\">{name}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();

        double X(double x) => Left + (x / Math.Max(1, most) * (Width - Left - Right));
        double Y(double y) => Height - Bottom - ((y - low) / Math.Max(1e-9, high - low) * (Height - Top - Bottom));
    }

    private static IEnumerable<double> Ticks(double low, double high)
    {
        var raw = Math.Max(1e-9, (high - low) / 5);
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
        for (var tick = Math.Ceiling(low / step) * step; tick <= high; tick += step) yield return tick;
    }
}
