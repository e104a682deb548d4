using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Grains.Directory;

/// <summary>Names of pools and nodes, and what each agent and group is owed.</summary>
[GenerateSerializer, Alias("Granary.DirectoryState")]
public sealed class DirectoryState
{
    [Id(0)] public SortedSet<string> Pools { get; set; } = new(StringComparer.Ordinal);

    [Id(1)] public SortedDictionary<string, AgentSpec> Agents { get; set; } = new(StringComparer.Ordinal);

    [Id(2)] public SortedSet<string> Nodes { get; set; } = new(StringComparer.Ordinal);

    [Id(3)] public SortedDictionary<string, GroupSpec> Groups { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Pools that are in a cohort, with its name.</summary>
    [Id(26)] public SortedDictionary<string, string> Cohorts { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Of the names; see <see cref="DirectoryNames"/>.</summary>
    [Id(27)] public long Version { get; set; }
}

/// <summary>What an apply did.</summary>
internal sealed class Tally
{
    private int _created, _changed, _unchanged;

    public ApplyReply Reply => new(_created, _changed, _unchanged);

    public void Count(bool created, bool changed)
    {
        if (created) _created++;
        else if (changed) _changed++;
        else _unchanged++;
    }
}
