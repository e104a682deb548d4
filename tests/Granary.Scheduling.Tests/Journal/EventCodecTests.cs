using System.Buffers;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Journal;

public class EventCodecTests
{
    /// <summary>A record of version 1, written by the build that introduced it. It must open for ever.</summary>
    private const string Version1 =
        "AQEBYQVpbmRleAMCc2gCLWMEdHJ1ZQABBC90bXACA3J1bgE3BHRlYW0HcGh5c2ljc7gXgAECBAYIAQdsaWNlbmNl0A8JAYCYmrwEAYC0iRMBgJ" +
        "iavAQEgIenDgIDcnVuATcEdGVhbQdwaHlzaWNzAYD24ELywAEBDgGAgPKBg4mFBgdkZWZhdWx0AwIDbGFiAgIBYQAAAAAAAARAA3gveQK4F4AB" +
        "AgQGCAEHbGljZW5jZdAPuBeAAQIEBggBB2xpY2VuY2XQDwIDcnVuATcEdGVhbQdwaHlzaWNzAwIGAgJuMQdkZWZhdWx0uBeAAQIEBggBB2xpY2" +
        "VuY2XQDwIDcnVuATcEdGVhbQdwaHlzaWNzAQQCBgYFAgIEAAIKDAEOEICS9AEFAAYCAAAAgJL0AQYABgKKgPKBg4mFBgh0b28gbGF0ZQcABG9w" +
        "LTECBgEGCHRvbyBsYXRlioDygYOJhQYBL2FnZW50IGEgd2FzIG5vdCBkZWNsYXJlZDogY3JlYXRlZCB3aXRoIHdlaWdodCAxCAQCEgYJAQISCw" +
        "QCEgwYbm9kZSBuMSBpcyBiZWluZyBkcmFpbmVkCgICEsiB8oGDiYUGCAtleGl0IGNvZGUgMwEBBhKAEICHpw6AtIkTAQtleGl0IGNvZGUgMwoC" +
        "AhQAChBub2RlIG4xIHdhcyBsb3N0AAwCAgQYY2FuY2VsbGVkIGJ5IHJlcXVlc3Qg4pyT";

    [Fact]
    public void A_record_of_version_1_opens()
    {
        var events = new EventBatch();
        EventCodec.Read(Convert.FromBase64String(Version1), events);
        Assert.Equal(Describe(Sample()), Describe(events));
    }

    [Fact]
    public void Every_kind_of_event_comes_back()
    {
        var all = Sample();
        foreach (var e in LaterKinds.Events) all.Add(e);
        Assert.Equal(Enum.GetValues<EventKind>(), all.Events.ToArray().Select(e => e.Kind).Distinct().Order());
        var back = new EventBatch();
        EventCodec.Read(Write(all), back);
        Assert.Equal(Describe(all), Describe(back));
    }

    [Fact]
    public void A_record_cut_off_anywhere_is_refused()
    {
        var record = Write(Sample());
        for (var length = 0; length < record.Length; length++)
            Assert.Throws<GranaryException>(() => EventCodec.Read(record.AsSpan(0, length), new EventBatch()));
    }

    [Fact]
    public void A_record_with_any_byte_changed_is_refused_or_read_and_never_breaks_the_reader()
    {
        var record = Write(Sample());
        for (var at = 0; at < record.Length; at++)
            foreach (var flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                var damaged = (byte[])record.Clone();
                damaged[at] ^= flip;
                try
                {
                    EventCodec.Read(damaged, new EventBatch());
                }
                catch (GranaryException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
    }

    [Fact]
    public void A_newer_version_is_refused_with_what_would_help()
    {
        var error = Assert.Throws<GranaryException>(() => EventCodec.Read([EventCodec.Version + 1, 0, 0], new EventBatch()));
        Assert.Equal($"journal record is of version {EventCodec.Version + 1}; this build reads up to {EventCodec.Version}: use the build that wrote it, or a newer one",
            error.Message);
    }

    [Fact]
    public void A_damaged_snapshot_is_refused()
    {
        var pool = Simulation.RandomPool.Run(5, 60);
        var snapshot = Laws.ReplayTests.Snapshot(pool.Scheduler);
        for (var length = 0; length < snapshot.Length; length += 1 + length / 50)
            Assert.Throws<GranaryException>(() => PoolScheduler.ReadSnapshot(snapshot.AsSpan(0, length), pool.Scheduler.Options));
    }

    [Fact]
    public void Items_that_share_a_spec_carry_it_once()
    {
        var spec = new TaskSpec { Agent = "a", Command = ["echo", new string('x', 1000)] };
        var (one, many) = (new EventBatch(), new EventBatch());
        one.Add(new PoolEvent(EventKind.Admitted, 1, 1, Count: 1, Detail: new AdmittedItem(spec, [], [], 1000)));
        for (var i = 0; i < 100; i++) many.Add(new PoolEvent(EventKind.Admitted, 1, 1 + i, Count: 1, Detail: new AdmittedItem(spec, [], [], 1000)));
        Assert.True(Write(many).Length < Write(one).Length + 100 * 12);
    }

    internal static byte[] Write(EventBatch events)
    {
        var writer = new ArrayBufferWriter<byte>();
        EventCodec.Write(events, writer);
        return writer.WrittenSpan.ToArray();
    }

    internal static List<string> Describe(EventBatch events) => [.. events.Events.ToArray().Select(e =>
        $"{e.Kind} {e.At} {e.Number} {e.Token} {e.Value} {e.Node} {e.Count} {Describe(e.Detail)}")];

    private static string Describe(object? detail) => detail switch
    {
        AdmittedItem item => $"{Describe(item.Spec)} after {string.Join(',', item.After)} {string.Join(',', item.AfterItems)} {item.Estimate}",
        TaskSpec spec => $"{spec with { Command = [], Environment = null, Labels = null }} {string.Join(' ', spec.Command)} {Describe(spec.Environment)} {Describe(spec.Labels)}",
        AgentSpec agent => $"{agent with { Labels = null }} {Describe(agent.Labels)}",
        NodeSpec node => $"{node with { Labels = null }} {Describe(node.Labels)}",
        OperationRecord record => $"{record.Id} {record.Reply.First} {record.Reply.Count} {string.Join(';', record.Reply.Rejected)} {string.Join(';', record.Reply.Notes)}",
        IReadOnlyDictionary<string, string> labels => string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal)),
        ExitInfo exit => new EndRecord(exit, "").ToString(),
        _ => detail?.ToString() ?? "",
    };

    /// <summary>One event of every kind, with every field that its kind carries.</summary>
    internal static EventBatch Sample()
    {
        const long At = 1_700_000_000_000_000;
        var labels = new Dictionary<string, string> { ["team"] = "physics", ["run"] = "7" };
        var resources = new ResourceSet { CpuMilli = 1500, MemoryMiB = 64, GpuMilli = 1, GpuMemoryMiB = 2, NetworkMbps = 3, StorageMBps = 4, Custom = new Dictionary<string, long> { ["licence"] = 1000 } };
        var spec = new TaskSpec
        {
            Agent = "a",
            Name = "index",
            Command = ["sh", "-c", "true"],
            Shell = true,
            WorkingDirectory = "/tmp",
            Environment = labels,
            Resources = resources,
            Priority = -5,
            Deadline = TimeSpan.FromSeconds(60),
            Duration = TimeSpan.FromSeconds(2),
            TimeLimit = TimeSpan.FromMinutes(1),
            Retries = 2,
            RetryBackoff = TimeSpan.FromMilliseconds(1500),
            Labels = labels,
            OnLoss = LossPolicy.Report,
            KillGrace = TimeSpan.FromSeconds(7),
            OutputLimitBytes = 12345,
            MayFail = true,
        };
        var exit = new ExitInfo { Code = 3, Signal = 9, PeakMemoryKiB = 1024, CpuTime = TimeSpan.FromSeconds(1.5), WallTime = TimeSpan.FromSeconds(2), Cause = ExitCause.ExitCode, Message = "exit code 3" };
        var reply = new SubmitReply(1, 3, [new Rejection(3, "too late", Clock.ToTime(At + 5))], ["agent a was not declared: created with weight 1"]);
        var events = new EventBatch();
        events.Add(new PoolEvent(EventKind.PoolConfigured, At, Detail: new PoolSpec { Name = "default", Strategy = PoolStrategy.Sla, Mode = PoolMode.Aggressive, Cohort = "lab" }));
        events.Add(new PoolEvent(EventKind.AgentSet, At + 1, Detail: new AgentSpec { Id = "a", Weight = 2.5, Group = "x/y", Class = PriorityClass.High, Guarantee = resources, Limit = resources, Labels = labels }));
        events.Add(new PoolEvent(EventKind.NodeSet, At + 2, Value: (long)NodeState.Ready, Node: 3, Detail: new NodeSpec { Name = "n1", Pool = "default", Capacity = resources, Labels = labels, Simulated = true }));
        events.Add(new PoolEvent(EventKind.NodeStateChanged, At + 3, Value: (long)NodeState.Draining, Node: 3));
        events.Add(new PoolEvent(EventKind.Admitted, At + 4, 1, Count: 2, Detail: new AdmittedItem(spec, [5, 6], [new NumberRun(7, 8)], 2_000_000)));
        events.Add(new PoolEvent(EventKind.Admitted, At + 4, 3, Count: 1, Detail: new AdmittedItem(spec, [], [], 2_000_000)));
        events.Add(new PoolEvent(EventKind.Rejected, At + 4, 3, Value: At + 5, Count: 1, Detail: "too late"));
        events.Add(new PoolEvent(EventKind.OperationRecorded, At + 4, Detail: new OperationRecord("op-1", reply)));
        events.Add(new PoolEvent(EventKind.Placed, At + 6, 1, 9, Node: 3));
        events.Add(new PoolEvent(EventKind.Started, At + 5, 1, 9));
        events.Add(new PoolEvent(EventKind.StopIssued, At + 7, 1, 9, (long)ExitCause.Preempted, Detail: "node n1 is being drained"));
        events.Add(new PoolEvent(EventKind.Ended, At + 8, 1, 9, At + 100, Count: (int)AttemptOutcome.Retry, Detail: new EndRecord(exit, "exit code 3")));
        events.Add(new PoolEvent(EventKind.Ended, At + 9, 1, 10, Count: (int)AttemptOutcome.Requeue, Detail: new EndRecord(null, "node n1 was lost")));
        events.Add(new PoolEvent(EventKind.Cancelled, At + 10, 1, Count: 2, Detail: "cancelled by request \u2713"));
        return events;
    }
}
