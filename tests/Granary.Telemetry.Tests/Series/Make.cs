using Granary.Model;

namespace Granary.Telemetry.Tests.Series;

internal static class Make
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Rings small enough to wrap in a test: 1 s for a minute, 10 s for ten minutes, 60 s for an hour.</summary>
    public static readonly SeriesOptions Small = new()
    {
        Resolutions = [new(TimeSpan.FromSeconds(1), 60, false), new(TimeSpan.FromSeconds(10), 60, true), new(TimeSpan.FromSeconds(60), 60, true)],
    };

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static void Append(this SeriesStore store, double seconds, params (string Name, float Value)[] values) => store.Append(
        At(seconds), [.. values.Select(v => v.Name)], [.. values.Select(v => v.Value)], [.. values.Select(_ => ReadingSource.Measured)]);

    public static SeriesAnswer? Ask(this SeriesStore store, string name, double from, double to, double? step, double now) =>
        store.Query(name, At(from), At(to), step is { } s ? TimeSpan.FromSeconds(s) : null, At(now));

    public static float[] Means(this SeriesAnswer? answer) => [.. answer!.Points.Select(p => p.Mean)];
}
