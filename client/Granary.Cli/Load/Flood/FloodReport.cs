using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Cli.Output;
using Granary.Telemetry;

namespace Granary.Cli.Load.Flood;

/// <summary>What the quiet client saw once.</summary>
/// <param name="Load">From when its calls were meant to begin.</param>
/// <param name="Admitted">Tasks of the flood that were made durable meanwhile.</param>
internal sealed record FloodFigures(FloodForm Form, int Round, LoadReport Load, int Admitted)
{
    public double P99 => Load.Response.P99 / 1000.0;

    public double TasksPerSecond => Admitted / Load.Elapsed.TotalSeconds;

    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"round {Round}, {Words.Snake(Form),-8}: p50 {Load.Response.P50 / 1000.0:F1} ms, p99 {P99:F1} ms, max {Load.Response.Max / 1000.0:F1} ms; {TasksPerSecond:N0} tasks/s durable; {Load.Failed} failed");
}

/// <summary>A quiet client beside floods.</summary>
internal sealed record FloodReport(IReadOnlyList<FloodFigures> Figures)
{
    /// <summary>The median, over the rounds, of the quiet client's 99th percentile, ms.</summary>
    public double P99(FloodForm form) => TheilSen.Median(Of(form).Select(f => f.P99));

    /// <summary>That beside a flood, over that alone.</summary>
    public double Ratio(FloodForm form) => P99(form) / P99(FloodForm.Alone);

    /// <summary>The worst of the ratios.</summary>
    public double Worst => Enum.GetValues<FloodForm>().Max(Ratio);

    public long Failed => Figures.Sum(f => f.Load.Failed);

    public JsonObject ToJson() => new()
    {
        ["worst_ratio"] = Math.Round(Worst, 3),
        ["forms"] = new JsonArray([.. Enum.GetValues<FloodForm>().Select(form => (JsonNode)new JsonObject
        {
            ["form"] = Words.Snake(form),
            ["p50_ms"] = Math.Round(P50(form), 3),
            ["p99_ms"] = Math.Round(P99(form), 3),
            ["ratio"] = Math.Round(Ratio(form), 3),
            ["tasks_per_s"] = Math.Round(TasksPerSecond(form), 1),
            ["p99_ms_of_rounds"] = new JsonArray([.. Of(form).Select(f => (JsonNode)Math.Round(f.P99, 3))]),
        })]),
    };

    public IEnumerable<string> Lines() => Enum.GetValues<FloodForm>().Select(form => string.Create(
        CultureInfo.InvariantCulture,
        $"{Words.Snake(form),-8}  p50 {P50(form),6:F1} ms  p99 {P99(form),6:F1} ms  {Ratio(form),5:F2} times alone  {TasksPerSecond(form),10:N0} tasks/s durable"));

    private double P50(FloodForm form) => TheilSen.Median(Of(form).Select(f => f.Load.Response.P50 / 1000.0));

    private double TasksPerSecond(FloodForm form) => TheilSen.Median(Of(form).Select(f => f.TasksPerSecond));

    private IEnumerable<FloodFigures> Of(FloodForm form) => Figures.Where(f => f.Form == form);
}
