namespace Granary.Rest;

/// <summary>How the REST face guards and bounds itself.</summary>
public sealed class RestOptions
{
    /// <summary>The shortest token that is accepted as one.</summary>
    public const int MinTokenLength = 16;

    /// <summary>
    /// True when the server listens beyond loopback: every call that is not a health check then needs <see cref="Token"/>.
    /// False on loopback: no token is needed, but the Host header must be one of <see cref="LoopbackHosts"/>. Default false.
    /// </summary>
    public bool RequireToken { get; set; }

    /// <summary>The bearer token, at least <see cref="MinTokenLength"/> characters; empty for none (loopback only). Default empty.</summary>
    public string Token { get; set; } = "";

    /// <summary>Paths whose pages need the token on loopback too; a browser gives it as the password of any name. Default none.</summary>
    public IReadOnlyList<string> GuardedPaths { get; set; } = [];

    /// <summary>Names by which the server may be called on loopback; others are answered with 421, against DNS rebinding.</summary>
    public IReadOnlyList<string> LoopbackHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Largest request body, bytes; more is answered with 413. Default 8 MiB.</summary>
    public int BodyLimitBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Bytes of one client's large bodies (over 32 KiB) that are here and not answered, by its token and address; more are answered with 429 before they are read. Default 64 MiB.</summary>
    public long BodyBytesOfClient { get; set; } = 64L * 1024 * 1024;

    /// <summary>Bytes of all clients' large bodies; then those that have 256 KiB get no more. Default 256 MiB.</summary>
    public long BodyBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Agents that get gauges of their own; the rest is summed under <c>agent="_other"</c>. Default 200.</summary>
    public int MetricAgents { get; set; } = 200;

    /// <summary>Classes of tasks of a pool that get series of their own, those of which most tasks ended first; the rest is summed under <c>class="_other"</c>. Default 20.</summary>
    public int MetricClasses { get; set; } = 20;

    /// <summary>Nodes whose telemetry is shown, in the order of their names; how many are left out is itself a metric. Default 200.</summary>
    public int MetricNodes { get; set; } = 200;

    /// <summary>Devices and interfaces of a node that are shown. Default 16.</summary>
    public int MetricThings { get; set; } = 16;

    /// <summary>Reasons, agents and nodes with the most errors that are shown of a pool, 0 to 64. Default 10.</summary>
    public int MetricErrors { get; set; } = 10;

    /// <summary>How old the picture of the cluster may be that metrics and the overview are drawn from. Default 1 s.</summary>
    public TimeSpan SnapshotMaxAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one pool or node may take to answer for that picture before it is left out. Default 5 s.</summary>
    public TimeSpan SnapshotTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the reply to a change is remembered under its Idempotency-Key. Default 10 minutes.</summary>
    public TimeSpan RepeatWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many such replies are remembered; the oldest goes first. Default 10,000.</summary>
    public int RepeatKeys { get; set; } = 10_000;

    /// <summary>What is kept of the output of ended tasks that was read lately, bytes; 0 for nothing. Default 32 MiB.</summary>
    public long LogCacheBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How long it is kept: what an ended task left running may still write. Default 10 s.</summary>
    public TimeSpan LogCacheAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a copy of the names of pools and nodes is used without asking again, when nothing is heard of changes; 0 for no copy. Default 30 s.</summary>
    public TimeSpan NameCopyAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Event streams and followed logs at one time; more are answered with 429. Default 200.</summary>
    public int MaxStreams { get; set; } = 200;

    /// <summary>An event stream says something at least this often, so that dead connections are noticed. Default 15 s.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <exception cref="ArgumentException">One line: which setting, what is wrong, what would be right.</exception>
    public void Validate()
    {
        if (RequireToken && Token.Length < MinTokenLength)
            throw new ArgumentException($"RestOptions.Token has {Token.Length} characters; a server that listens beyond loopback needs at least {MinTokenLength}");
        if (!RequireToken && LoopbackHosts.Count == 0)
            throw new ArgumentException("RestOptions.LoopbackHosts is empty; name at least localhost");
        Positive(BodyLimitBytes, nameof(BodyLimitBytes));
        Positive(BodyBytesOfClient, nameof(BodyBytesOfClient));
        Positive(BodyBytes, nameof(BodyBytes));
        Positive(RepeatKeys, nameof(RepeatKeys));
        Positive(MaxStreams, nameof(MaxStreams));
        Positive(SnapshotTimeout.Ticks, nameof(SnapshotTimeout));
        Positive(RepeatWindow.Ticks, nameof(RepeatWindow));
        Positive(KeepAlive.Ticks, nameof(KeepAlive));
        Positive(LogCacheAge.Ticks, nameof(LogCacheAge));
        if (LogCacheBytes < 0) throw new ArgumentException($"RestOptions.{nameof(LogCacheBytes)} is {LogCacheBytes}; 0 or more is right");
        foreach (var (count, name) in (ReadOnlySpan<(int, string)>)[(MetricClasses, nameof(MetricClasses)), (MetricNodes, nameof(MetricNodes)), (MetricThings, nameof(MetricThings)), (MetricErrors, nameof(MetricErrors))])
            if (count < 0) throw new ArgumentException($"RestOptions.{name} is {count}; 0 or more is right");
        if (MetricErrors > 64) throw new ArgumentException($"RestOptions.{nameof(MetricErrors)} is {MetricErrors}; at most 64 are kept");
        if (MetricAgents < 0) throw new ArgumentException($"RestOptions.{nameof(MetricAgents)} is {MetricAgents}; 0 or more is right");
        if (NameCopyAge < TimeSpan.Zero) throw new ArgumentException($"RestOptions.{nameof(NameCopyAge)} is negative; 0 or more is right");
        if (SnapshotMaxAge < TimeSpan.Zero) throw new ArgumentException($"RestOptions.{nameof(SnapshotMaxAge)} is negative; 0 or more is right");
    }

    private static void Positive(long value, string name)
    {
        if (value <= 0) throw new ArgumentException($"RestOptions.{name} must be over zero");
    }
}
