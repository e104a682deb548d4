using Granary.Hardware;

namespace Granary.Execution.Caching;

/// <summary>The tasks' cache as metrics of its node, for each agent that has a part: what it holds, and how much of what was asked for was there.</summary>
public sealed class TaskCacheSource(TaskCache cache) : ITelemetrySource
{
    private readonly Dictionary<string, Places> _places = new(StringComparer.Ordinal);
    private SampleRow? _row;

    public void Sample(SampleRow row, double seconds)
    {
        _row = row;
        var agents = cache.Agents;
        foreach (var gone in _places.Keys.Except(agents, StringComparer.Ordinal).ToList())
        {
            if (_places.Remove(gone, out var places)) places.Remove(row);
        }
        foreach (var agent in agents)
        {
            if (cache.Statistics(agent) is not { } now) continue;
            if (!_places.TryGetValue(agent, out var at)) _places[agent] = at = new(row, agent);
            var asked = now.Hits + now.Misses;
            row.Set(at.Used, now.Weight);
            row.Set(at.Entries, now.Count);
            if (asked > 0) row.Set(at.HitRatio, now.HitRatio);
            if (at.Asked >= 0) row.SetRate(at.Requests, asked >= at.Asked ? (ulong)(asked - at.Asked) : null, seconds);
            at.Asked = asked;
        }
    }

    public void Dispose()
    {
        if (_row is null) return;
        foreach (var places in _places.Values) places.Remove(_row);
        _places.Clear();
    }

    private sealed class Places(SampleRow row, string agent)
    {
        public int Used { get; } = row.Add($"cache.used/{agent}");

        public int Entries { get; } = row.Add($"cache.entries/{agent}");

        public int HitRatio { get; } = row.Add($"cache.hit_ratio/{agent}");

        public int Requests { get; } = row.Add($"cache.requests/{agent}");

        /// <summary>At the last tick; -1 before the first.</summary>
        public long Asked { get; set; } = -1;

        public void Remove(SampleRow of)
        {
            of.Remove(Used);
            of.Remove(Entries);
            of.Remove(HitRatio);
            of.Remove(Requests);
        }
    }
}
