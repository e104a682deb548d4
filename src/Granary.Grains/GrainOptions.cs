using System.ComponentModel.DataAnnotations;

namespace Granary.Grains;

/// <summary>How the grains keep time with the machines they watch over.</summary>
public sealed class GrainOptions
{
    public const string Section = "Grains";

    /// <summary>A node that has not been heard of for this long is suspect: it gets nothing new. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "01:00:00")]
    public TimeSpan SuspectAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>... and for this long is lost: its leases are fenced and its tasks go elsewhere. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.4", "24:00:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often agents send a sample. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeartbeatEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a watcher's or an agent's long poll is held open. Default 20 s: under the hosts' 30 s call timeout.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:25")]
    public TimeSpan LongestPoll { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Placements decided before their batch is committed and sent. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int DecisionsPerBatch { get; set; } = 2_000;

    /// <summary>Events that may wait for the journal while it is being written; submissions beyond are refused, to come back in a second. Default 250,000.</summary>
    [Range(1_000, 100_000_000)]
    public int UnwrittenEvents { get; set; } = 250_000;

    /// <summary>A snapshot is due when the journal behind it has grown by this many bytes, or by the last snapshot's size if that is more. Default 64 MiB.</summary>
    [Range(64 * 1024, long.MaxValue)]
    public long SnapshotAfterBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Tasks of a snapshot that are written in one turn; other calls go between. Default 500: about a millisecond.</summary>
    [Range(1, 1_000_000)]
    public int SnapshotTasksPerTurn { get; set; } = 500;

    /// <summary>How often a cohort looks at what its pools want and have. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.02", "00:01:00")]
    public TimeSpan CohortRound { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A part of a sharded pool whose nodes have all been gone for this long hands what waits there to the other parts. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "24:00:00")]
    public TimeSpan HandOverAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes kept for watchers that are behind. Default 65,536.</summary>
    [Range(16, 10_000_000)]
    public int ChangesKept { get; set; } = 65_536;
}
