using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>A resource with dates, and one of which too little is known.</summary>
public sealed class FakeCapacity(string name)
{
    private static readonly DateTimeOffset Day = DateTimeOffset.UnixEpoch;

    public Task<CapacityForecast> OfNode() => Task.FromResult(new CapacityForecast(name,
    [
        new("memory.used", "bytes", 1 << 30, 12, 800 << 20, 1 << 20, 0, 2 << 20, Day.AddDays(8), Day.AddDays(10), null, 0.7, Day.AddDays(24), null),
        new("cpu", "ratio", 1, 1, 0.5, null, null, null, null, null, null, null, null, "1 day of it is known; a trend needs 8"),
    ]));

    public Task<CapacityForecast> OfPool() => Task.FromResult(new CapacityForecast(name, [new("used/cpu", "ratio", 1, 9, 0.5, 0.01, 0, 0.02, null, null, null, 0.05, Day.AddDays(18), null)]));
}

/// <summary>A pool whose tasks of class <c>index</c> take two seconds, or four; of others little is known.</summary>
public sealed class FakeApplication
{
    public Task<IReadOnlyList<RunTimePrediction>> RunTimes(string agent, string? taskClass, TimeSpan? deadline)
    {
        if (deadline <= TimeSpan.Zero) throw GranaryException.Invalid("a deadline lies ahead; give a time over 0");
        RunTimeQuantile[] quantiles = [new(0.1, TimeSpan.FromSeconds(1)), new(0.5, TimeSpan.FromSeconds(2)), new(0.8, TimeSpan.FromSeconds(3)), new(0.9, TimeSpan.FromSeconds(4)), new(0.95, TimeSpan.FromMinutes(5)), new(0.99, TimeSpan.FromHours(2))];
        return Task.FromResult<IReadOnlyList<RunTimePrediction>>(
            [new(agent, taskClass ?? "index", quantiles, 0.98, 40, 60, 100, 0.8, deadline is null ? null : 0.75, taskClass is null or "index" ? null : "few runs")]);
    }
}
