using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Memory.Shared;

namespace Granary.Cli.Output;

/// <summary>Shared pools for people and programs.</summary>
internal static class SharedMemoryListing
{
    public static Listing<SharedObjectInfo> Objects { get; } = new(
        [
            new("ID", o => o.Id.ToString()),
            new("NAME", o => o.Name ?? ""),
            new("AGENT", o => o.Owner),
            new("STATE", State),
            new("SIZE", o => Bytes.Text(o.Length)),
            new("STORED", o => Bytes.Text(o.Stored)),
            new("HELD", o => o.Held.ToString(CultureInfo.InvariantCulture)),
            new("KEPT", o => o.Kept.ToString(CultureInfo.InvariantCulture)),
            new("IDLE", o => Spans.Age(TimeSpan.FromMilliseconds(o.IdleMilliseconds))),
        ],
        o => new JsonObject
        {
            ["id"] = o.Id.ToString(),
            ["name"] = o.Name,
            ["agent"] = o.Owner,
            ["state"] = State(o),
            ["bytes"] = o.Length,
            ["stored_bytes"] = o.Stored,
            ["held"] = o.Held,
            ["kept"] = o.Kept,
            ["idle_ms"] = o.IdleMilliseconds,
        },
        o => o.Id.ToString(),
        "the pool has no objects");

    public static Listing<SharedAgentUse> Agents { get; } = new(
        [
            new("AGENT", a => a.Agent),
            new("USED", a => Bytes.Text(a.Used)),
            new("LIMIT", a => a.Limit == 0 ? "none" : Bytes.Text(a.Limit)),
            new("OBJECTS", a => a.Objects.ToString(CultureInfo.InvariantCulture)),
        ],
        _ => null, a => a.Agent, "no agent has used it");

    public static IEnumerable<string> Text(SharedPoolStatistics s) =>
    [
        $"{s.Path}: {Bytes.Text(s.Free)} of {Bytes.Text(s.Capacity)} free, {Bytes.Text(s.LargestFree)} of it together; {s.Processes} processes have it open",
        $"{s.Objects} objects, {s.Cached} of them only cached, {s.Compressed} compressed: {Bytes.Text(s.Plain)} in {Bytes.Text(s.Stored)}; {s.Duplicates} contents were there already ({Bytes.Text(s.DuplicateBytes)})",
        $"{s.Allocations} allocations, {s.Refusals} refused, {s.Evictions} evictions; from the dead {s.Reclaimed} taken back, {s.Steals} locks taken over; {s.Damaged} damaged objects met",
    ];

    public static JsonObject Json(SharedPoolStatistics s) => new()
    {
        ["path"] = s.Path,
        ["capacity"] = s.Capacity,
        ["free"] = s.Free,
        ["largest_free"] = s.LargestFree,
        ["lost"] = s.Lost,
        ["objects"] = s.Objects,
        ["cached"] = s.Cached,
        ["compressed"] = s.Compressed,
        ["plain_bytes"] = s.Plain,
        ["stored_bytes"] = s.Stored,
        ["processes"] = s.Processes,
        ["references"] = s.References,
        ["allocations"] = s.Allocations,
        ["frees"] = s.Frees,
        ["refusals"] = s.Refusals,
        ["duplicates"] = s.Duplicates,
        ["duplicate_bytes"] = s.DuplicateBytes,
        ["evictions"] = s.Evictions,
        ["reclaimed"] = s.Reclaimed,
        ["steals"] = s.Steals,
        ["repairs"] = s.Repairs,
        ["compressions"] = s.Compressions,
        ["thaws"] = s.Thaws,
        ["damaged"] = s.Damaged,
        ["agents"] = new JsonArray([.. s.Agents.Select(a => (JsonNode)new JsonObject { ["agent"] = a.Agent, ["used"] = a.Used, ["limit"] = a.Limit, ["objects"] = a.Objects })]),
    };

    private static string State(SharedObjectInfo o) => !o.Sealed ? "open" : o.Codec == SharedCodec.None ? "sealed" : o.Codec.ToString().ToLowerInvariant();
}

/// <summary>Bytes as people read them.</summary>
internal static class Bytes
{
    public static string Text(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes}"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#}Ki"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#}Mi"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##}Gi"),
    };
}
