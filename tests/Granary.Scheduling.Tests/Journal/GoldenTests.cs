using System.Text;

namespace Granary.Scheduling.Tests.Journal;

/// <summary>
/// Journals and snapshots that builds of every earlier format wrote, kept as bytes: they must open for ever. A new version needs files of its
/// own; without them these tests fail and say what to freeze.
/// </summary>
public class GoldenTests
{
    private const long Now = 1_800_000_000_000_000;

    public static TheoryData<int> Versions => [.. Enumerable.Range(1, EventCodec.Version)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_pools_journal_opens_and_goes_on(int version)
    {
        var golden = Golden($"v{version}-pool.txt");
        var pool = new PoolScheduler("default", new SchedulerOptions());
        foreach (var record in golden["journal"])
        {
            Assert.True(record[0] <= version);
            var events = new EventBatch();
            EventCodec.Read(record, events);
            foreach (var e in events.Events) pool.Apply(e, NoEffects.Instance);
        }
        Assert.Contains(golden["journal"], r => r[0] == version);
        Assert.Equal(Text(golden, "replayed"), Facts(pool));
        Assert.Equal(Facts(pool), Facts(PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool), pool.Options)));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_pools_snapshot_opens_and_goes_on(int version)
    {
        var golden = Golden($"v{version}-pool.txt");
        var bytes = Assert.Single(golden["snapshot"]);
        Assert.Equal(version, bytes[0]);
        var pool = PoolScheduler.ReadSnapshot(bytes, new SchedulerOptions());
        Assert.Equal(Text(golden, "restored"), Facts(pool));
        Assert.Equal(Facts(pool), Facts(PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool), pool.Options)));
    }

    [Fact]
    public void Every_kind_of_event_of_version_2_opens()
    {
        var all = EventCodecTests.Sample();
        foreach (var e in LaterKinds.Events) all.Add(e);
        var file = Path.Combine(AppContext.BaseDirectory, "Journal", "Golden", "v2-kinds.txt");
        Assert.True(File.Exists(file), $"freeze v2-kinds.txt: events {Convert.ToBase64String(EventCodecTests.Write(all))}");
        var events = new EventBatch();
        EventCodec.Read(Assert.Single(Golden("v2-kinds.txt")["events"]), events);
        Assert.Equal(31, events.Count);
        // kinds that come later are in the sample and not in the file
        var known = EventCodecTests.Describe(all);
        Assert.All(EventCodecTests.Describe(events), e => Assert.Contains(e, known));
    }

    private static Dictionary<string, List<byte[]>> Golden(string name)
    {
        var parts = new Dictionary<string, List<byte[]>>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Journal", "Golden", name)))
        {
            if (line.StartsWith('#')) continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (kind, value) = (line[..space], line[(space + 1)..]);
            if (!parts.TryGetValue(kind, out var list)) parts[kind] = list = [];
            list.Add(kind is "replayed" or "restored" ? Encoding.UTF8.GetBytes(value) : Convert.FromBase64String(value));
        }
        return parts;
    }

    private static string Text(Dictionary<string, List<byte[]>> golden, string part) =>
        golden.TryGetValue(part, out var lines) ? Encoding.UTF8.GetString(Assert.Single(lines)) : $"the file has no line '{part}'";

    /// <summary>What a person would notice if it were lost.</summary>
    private static string Facts(PoolScheduler pool)
    {
        var facts = new StringBuilder();
        var view = pool.Describe(Now);
        facts.Append($"{view.Spec.Name} {view.Spec.Strategy} {view.Spec.Cohort}; next {pool.NextNumber}; token {pool.LastToken}; nodes {string.Join(',', pool.NodeNames())};");
        foreach (var share in pool.Shares(Now).OrderBy(s => s.Agent, StringComparer.Ordinal)) facts.Append($" {share.Agent}={share.Spec.Weight};");
        for (var number = 1L; number < pool.NextNumber; number++)
            if (pool.Get(number, Now) is { } task) facts.Append($" {number} {task.Spec.Name} {task.State} {task.Node} {task.Attempt} {task.Spec.Resources.CpuMilli};");
        return facts.ToString();
    }
}
