using System.ComponentModel.DataAnnotations;

namespace Granary.Access.Attempts;

/// <summary>How many wrong tokens an address may show.</summary>
public sealed class FailedAttemptOptions
{
    /// <summary>So many at once. Default 10.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 10;

    /// <summary>And then one more each time this has passed. Default 6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan OneMoreEvery { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>An address gets one line in the log in this time, with how many there were. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LogEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Addresses that are remembered; the one that was quiet longest goes first. Default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int Addresses { get; set; } = 4_096;
}
