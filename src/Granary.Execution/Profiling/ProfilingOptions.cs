using System.ComponentModel.DataAnnotations;

namespace Granary.Execution.Profiling;

/// <summary>What an agent profiles and keeps. Section <c>Profiling</c> of the configuration.</summary>
public sealed class ProfilingOptions
{
    public const string Section = "Profiling";

    /// <summary>Take profiles when asked to. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Profiles taken at the same time. Default 2.</summary>
    [Range(1, 16)]
    public int AtOnce { get; set; } = 2;

    /// <summary>Profiles kept on the node's disk; the oldest go first. Default 200.</summary>
    [Range(1, 100_000)]
    public int Kept { get; set; } = 200;

    /// <summary>Bytes that they may take; the oldest go first. Default 256 MiB.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long KeptBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Profile the whole machine all the time, at a low rate. Default false.</summary>
    public bool Continuous { get; set; }

    /// <summary>... so that each profile is of this long. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ContinuousFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>... and one begins this often. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ContinuousEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>... with so many samples for each second of CPU time. Default 19.</summary>
    [Range(1, 99)]
    public int ContinuousFrequency { get; set; } = 19;
}
