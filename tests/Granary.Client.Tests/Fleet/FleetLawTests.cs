using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Client.Tests;

public class FleetLawTests
{
    private static readonly Gen<string> Name = Gen.Elements("a", "b-1", "Zeta", "x.y", "n_0", "true", "null", "7", "1e3", "no", "task-1");
    private static readonly Gen<string> Text = Gen.Frequency(
        (3, Gen.Elements("", "x", "two words", "a: b", "# no comment", "- dash", "'quoted'", "\"double\"", "back\\slash", "line\nend", "tab\tend", " lead", "trail ",
            "null", "~", "true", "0x10", "*alias", "&anchor", "!tag", "%dir", "@at", "`tick`", "{a}", "[b]", "a, b", "\u00e9\u2603", "\U0001F600", "\u0085x", "\u2028", "\ufeff", "\r")),
        (1, Gen.Choose(1, 0xD7FF).Select(c => (char)c).ListOf(4).Select(cs => string.Concat(cs))));
    private static readonly Gen<long> Amount = Gen.OneOf(Gen.Choose(0, 3).Select(n => (long)n), Gen.Choose(1, int.MaxValue).Select(n => (long)n), Gen.Elements(1000L, 64L, 1024L, 1024L * 1024, int.MaxValue));
    private static readonly Gen<TimeSpan> Duration = Gen.OneOf(
        Gen.Elements(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(90), TimeSpan.FromHours(36), TimeSpan.FromTicks(7), TimeSpan.FromTicks(12_345_678), Durations.Max),
        Gen.Choose(1, int.MaxValue).Select(n => TimeSpan.FromTicks(n * 1000L)));

    private static readonly Gen<ResourceSet> Resources = Gen.OneOf(
        Gen.Constant(ResourceSet.Zero),
        from lanes in Amount.ListOf(6)
        from custom in Gen.Elements("licence", "tokens", "a.b").Zip(Gen.Choose(1, 100_000)).ListOf()
        select new ResourceSet
        {
            CpuMilli = lanes[0],
            MemoryMiB = lanes[1],
            GpuMilli = lanes[2],
            GpuMemoryMiB = lanes[3],
            NetworkMbps = lanes[4],
            StorageMBps = lanes[5],
            Custom = custom.Count == 0 ? null : custom.DistinctBy(c => c.Item1).ToDictionary(c => c.Item1, c => (long)c.Item2),
        });

    private static readonly Gen<IReadOnlyDictionary<string, string>?> Words = Name.Zip(Text).ListOf(3)
        .Select(ws => ws.DistinctBy(w => w.Item1).ToDictionary(w => w.Item1, w => w.Item2.Replace("\0", "", StringComparison.Ordinal)))
        .Select(d => d.Count == 0 ? null : (IReadOnlyDictionary<string, string>)new SortedDictionary<string, string>(d, StringComparer.Ordinal));

    private static readonly Gen<FleetTask> Task =
        from agent in Name
        from pool in Gen.Elements("default", "lab")
        from command in Text.NonEmptyListOf()
        from handler in Gen.Elements("", "noop")
        from resources in Resources
        from words in Words
        from times in Duration.ListOf(5)
        from numbers in Gen.Choose(0, 900).ListOf(4)
        from flags in Gen.Elements(true, false).ListOf(4)
        from name in Gen.Elements("", "named")
        select new FleetTask
        {
            Pool = pool,
            Count = 1 + numbers[0],
            Spec = new TaskSpec
            {
                Agent = agent,
                Name = name,
                Command = handler.Length > 0 ? [] : ["/bin/" + command[0], .. command.Skip(1)],
                Handler = handler,
                Shell = flags[0] && handler.Length == 0,
                WorkingDirectory = flags[1] ? "/srv/" + command[^1] : "",
                Environment = words,
                Resources = resources,
                Priority = numbers[1] - 450,
                Deadline = flags[2] ? times[0] : null,
                TimeLimit = flags[3] ? times[1] : null,
                Duration = flags[2] ? null : times[2],
                Retries = numbers[2],
                RetryBackoff = times[3],
                KillGrace = TimeSpan.FromTicks(times[4].Ticks % TimeSpan.TicksPerHour),
                OutputLimitBytes = flags[0] ? numbers[3] : 64 * 1024 * 1024,
                OnLoss = flags[1] ? LossPolicy.Report : LossPolicy.Retry,
                MayFail = flags[3],
                Terms = flags[0] == flags[1] ? null : new TaskTerms { Gang = flags[0] && !flags[2], WholeCores = flags[1], NeverPreempted = flags[3] || !flags[1] && flags[2], CheckpointEvery = flags[3] ? times[3] : null, Class = flags[3] ? "c" : "", Placement = flags[1] ? Placement : null, Isolation = flags[0] ? Isolation : null, Action = flags[2] ? ActionFor(handler, words is null && !flags[0], command[0]) : null },
            },
        };

    private static TaskAction ActionFor(string handler, bool container, string text) => handler.Length > 0
        ? new TaskAction { Payload = text.Length > 0 ? text : "p" }
        : !container ? new TaskAction { Scope = true }
        : new TaskAction { Container = new ContainerRun { Image = "debian:12", Engine = "podman", Mounts = ["/a:/b", "/c:/d:ro"], Network = "none", ReadOnly = true } };

    private static readonly Gen<FleetSpec> Fleet =
        from pools in Name.ListOf(3)
        from agents in Triple(Name, Resources, Gen.Choose(1, 1_000_000)).ListOf(3)
        from nodes in Triple(Name, Resources, Words).ListOf(3)
        from reservations in Name.Zip(Duration).ListOf(2)
        from tasks in Task.ListOf()
        select Connected(new FleetSpec
        {
            Pools = [.. pools.Distinct().Select((n, i) => new PoolSpec { Name = n, Strategy = (PoolStrategy)(i % 7), Mode = (PoolMode)(i % 3), Cohort = i == 1 ? "c" : "", Policy = i == 2 ? new PoolPolicy { Placement = new PlacementPolicy { Scores = new Dictionary<string, double> { ["spread"] = 0.5, ["cost"] = 2 }, Filters = ["f"], Order = "o" } } : null })],
            Agents = [.. agents.DistinctBy(a => a.Item1).Select(a => new AgentSpec { Id = a.Item1, Weight = a.Item3 / 1000.0, Class = (PriorityClass)(a.Item3 % 4), Guarantee = a.Item2 })],
            Nodes = [.. nodes.DistinctBy(n => n.Item1).Select(n => new NodeSpec { Name = n.Item1, Capacity = n.Item2, Labels = Shown(n.Item3), Traits = n.Item1.Length % 2 == 0 ? null : new NodeTraits { Class = "gpu", CostPerHour = 2.5, IdleWatts = 90, BusyWatts = 400, NumaNodes = 2, Speed = 1.5 } })],
            Reservations = [.. reservations.Select((r, i) => new FleetReservation
            {
                Agent = r.Item1,
                Resources = new ResourceSet { CpuMilli = 1 },
                From = i == 0 ? r.Item2 : TimeSpan.Zero,
                At = i == 1 ? DateTimeOffset.UnixEpoch + r.Item2 : null,
                For = r.Item2,
                Every = i == 1 ? r.Item2 : null,
                Until = i == 1 ? DateTimeOffset.UnixEpoch.AddYears(20) : null,
                Count = i == 1 ? 3 : 0,
            })],
            Tasks = [.. tasks],
        });

    [Fact]
    public void A_fleet_written_as_yaml_reads_back_equal() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Fleet.ToArbitrary(), fleet => Same(fleet, FleetFile.WriteYaml(fleet), "x.yaml")));

    [Fact]
    public void A_fleet_written_as_json_reads_back_equal() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Fleet.ToArbitrary(), fleet => Same(fleet, FleetFile.WriteJson(fleet), "x.json")));

    [Fact]
    public void Damaged_files_give_a_result_and_never_an_exception() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500),
        Prop.ForAll(
            (from fleet in Fleet
             from json in Gen.Elements(true, false)
             from wounds in Triple(Gen.Choose(0, int.MaxValue), Gen.Elements("{", "}", "[", "]", ":", "-", "\n", " ", "\t", "\"", "'", "&a ", "*a", "!", "#", "%", "|", ">", "?", ",", "\0", "\uD800", "9999999999", "~", "<<: "),
                 Gen.Choose(0, 30)).ListOf(6)
             select (Text: wounds.Aggregate(json ? FleetFile.WriteJson(fleet) : FleetFile.WriteYaml(fleet), Wound), json)).ToArbitrary(),
            damaged => Reads(() => FleetFile.Parse(damaged.Text, damaged.json ? "x.json" : "x.yaml"))));

    [Fact]
    public void Random_bytes_give_a_result_and_never_an_exception() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500),
        Prop.ForAll(
            Gen.OneOf(Gen.Choose(0, 255), Gen.Elements<int>([.. "{}[]:-\n \t\"'&*!#%|>?,~a1"])).Select(b => (byte)b).ListOf().Select(b => b.ToArray()).ToArbitrary(),
            bytes => Reads(() => FleetFile.Read(new MemoryStream(bytes), "x.yaml"))));

    private static Gen<(T1, T2, T3)> Triple<T1, T2, T3>(Gen<T1> a, Gen<T2> b, Gen<T3> c) =>
        from x in a
        from y in b
        from z in c
        select (x, y, z);

    private static bool Reads(Func<FleetFileResult> read)
    {
        var result = System.Threading.Tasks.Task.Run(read).WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
        return result.IsValid == (result.Problems.Count == 0);
    }

    private static bool Same(FleetSpec fleet, string text, string file)
    {
        var result = FleetFile.Parse(text, file);
        if (!result.IsValid) throw new InvalidOperationException(string.Join('\n', result.Problems) + "\n" + text);
        var (expected, actual) = (Comparable(fleet), Comparable(result.Fleet!));
        return expected == actual ? true : throw new InvalidOperationException($"{expected}\n{actual}\n{text}");
    }

    /// <summary>All that a fleet says but its lines. Amounts of zero and absent ones are the same.</summary>
    private static string Comparable(FleetSpec fleet) => JsonSerializer.Serialize(fleet with { Lines = null }, new JsonSerializerOptions
    {
        Converters = { new ByText() },
    });

    private sealed class ByText : System.Text.Json.Serialization.JsonConverter<ResourceSet>
    {
        public override ResourceSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ResourceSet value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Join(';', value.Named().Select(n => $"{n.Name}={n.Amount}")));
    }

    /// <summary>Names each task and lets some wait for earlier ones of their pool: valid by all rules.</summary>
    private static FleetSpec Connected(FleetSpec fleet)
    {
        var tasks = fleet.Tasks.Select((t, i) => t.Spec.Name.Length == 0 ? t : t with { Spec = t.Spec with { Name = $"named-{i}" } }).ToList();
        fleet = (fleet with { Tasks = tasks }).Named();
        return fleet with
        {
            Tasks = [.. fleet.Tasks.Select((t, i) => t with
            {
                After = [.. fleet.Tasks.Take(i).Where(e => e.Pool == t.Pool && i % 2 == 1).Select(e => e.Spec.Name).Take(3), .. i % 5 == 4 ? [$"{t.Pool}/7"] : Array.Empty<string>()],
            })],
        };
    }

    private static IReadOnlyDictionary<string, string>? Shown(IReadOnlyDictionary<string, string>? words) => words is null
        ? null
        : new SortedDictionary<string, string>(words.ToDictionary(w => w.Key, w => string.Concat(w.Value.Where(c => !char.IsControl(c)))), StringComparer.Ordinal);

    private static string Wound(string text, (int At, string With, int Length) wound)
    {
        var at = wound.At % (text.Length + 1);
        return string.Concat(text.AsSpan(0, at), wound.With, text.AsSpan(Math.Min(text.Length, at + wound.Length)));
    }

    private static TaskIsolation Isolation { get; } = new()
    {
        CpuQuotaMilli = 200,
        CpuWeight = 300,
        MemoryHighMiB = 48,
        Processes = 64,
        ReadBytesPerSecond = 10_000_000,
        WriteBytesPerSecond = 1,
        ReadsPerSecond = 100,
        WritesPerSecond = 50,
        IoWeight = 10,
        Policy = SchedulingPolicy.Batch,
        Nice = -5,
        IoPriority = 8,
        HugePages = false,
        Numa = NumaPolicy.Bind,
        Limits = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["nofile"] = 64, ["core"] = -1 },
        Strict = true,
    };

    private static PlacementTerms Placement { get; } = new()
    {
        Require = new Dictionary<string, string> { ["zone"] = "a" },
        Prefer = [new LabelPreference("disk", "ssd", 2.5), new LabelPreference("x", "", -1)],
        Near = [new TaskAffinity(AffinityBy.Name, "db", "rack", Required: true, Weight: 3)],
        Apart = [new TaskAffinity(AffinityBy.Label, "app=web"), new TaskAffinity(AffinityBy.Agent, "b", "zone")],
        SpreadOver = "zone",
        Data = new Dictionary<string, long> { ["n1"] = 9000, ["zone=b"] = 0 },
        MaxCost = 1.25,
    };
}
