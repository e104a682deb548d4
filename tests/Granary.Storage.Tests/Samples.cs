using Granary.Model;

namespace Granary.Storage.Tests;

/// <summary>Tasks and payloads for tests; the same number gives the same task.</summary>
internal static class Samples
{
    public const string Pool = "default";

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TaskSpec Spec(string agent = "a1", string name = "index", IReadOnlyDictionary<string, string>? labels = null) => new()
    {
        Agent = agent,
        Name = name,
        Command = ["sh", "-c", "sha256sum /usr/bin/*"],
        Resources = new ResourceSet { CpuMilli = 500, MemoryMiB = 64 },
        Labels = labels,
    };

    public static TaskView Task(
        long number, TaskSpec? spec = null, TaskState state = TaskState.Succeeded, string pool = Pool, DateTimeOffset? finished = null) => new()
        {
            Id = new TaskId(pool, number),
            Spec = spec ?? Spec(),
            State = state,
            Node = "n1",
            Attempt = 1,
            Submitted = Start.AddSeconds(number),
            Started = Start.AddSeconds(number + 1),
            Finished = finished ?? Start.AddSeconds(number + 2),
            Token = number * 10,
        };

    /// <summary>Every field set to something that is not its default.</summary>
    public static TaskView FullTask(long number) => new()
    {
        Id = new TaskId(Pool, number),
        Spec = FullSpec(),
        State = TaskState.Failed,
        Reason = "out of memory: 70Mi of 64Mi\0 and a NUL",
        Node = "knoten-ä",
        Attempt = 3,
        Index = 7,
        Submitted = Start,
        Started = Start.AddMicroseconds(1),
        Finished = Start.AddMicroseconds(2),
        Deadline = Start.AddDays(1),
        Exit = new ExitInfo
        {
            Code = 137,
            Signal = 9,
            PeakMemoryKiB = 71_680,
            CpuTime = TimeSpan.FromMicroseconds(1_234_567),
            WallTime = TimeSpan.FromMicroseconds(7_654_321),
            Cause = ExitCause.OutOfMemory,
            Message = "out of memory",
        },
        Token = 1L << 50,
        After = [new TaskId(Pool, 1), new TaskId("other", 1L << 39)],
    };

    public static TaskSpec FullSpec() => new()
    {
        Agent = "safety",
        Name = "prüfen",
        Command = ["sh", "-c", ""],
        Handler = "noop",
        Shell = true,
        WorkingDirectory = "/srv/data",
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin", ["EMPTY"] = "" },
        Resources = new ResourceSet
        {
            CpuMilli = 500,
            MemoryMiB = 64,
            GpuMilli = 1000,
            GpuMemoryMiB = 2048,
            NetworkMbps = 100,
            StorageMBps = 200,
            Custom = new Dictionary<string, long> { ["licence"] = 1000, ["reviewer"] = 500 },
        },
        Priority = -5,
        Deadline = TimeSpan.FromSeconds(60),
        Duration = TimeSpan.FromSeconds(2),
        TimeLimit = TimeSpan.FromSeconds(90),
        Retries = 2,
        RetryBackoff = TimeSpan.FromMilliseconds(1500),
        Labels = new Dictionary<string, string> { ["domain"] = "energy", ["a=b"] = "c\\d\ne" },
        OnLoss = LossPolicy.Report,
        KillGrace = TimeSpan.FromSeconds(7),
        OutputLimitBytes = 1 << 20,
        MayFail = true,
    };

    /// <summary>Bytes that tell which record they are of.</summary>
    public static byte[] Payload(long sequence, int length = 64)
    {
        var bytes = new byte[length];
        new Random((int)sequence).NextBytes(bytes);
        return bytes;
    }

    public static PoolAppend Append(long sequence, params IReadOnlyList<TaskView> finished) => AppendTo(Pool, sequence, finished);

    public static PoolAppend AppendTo(string pool, long sequence, params IReadOnlyList<TaskView> finished) =>
        new(pool, sequence, Payload(sequence), finished);
}
