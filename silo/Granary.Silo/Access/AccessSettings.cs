using System.ComponentModel.DataAnnotations;
using Granary.Access.Attempts;

namespace Granary.Silo.Access;

/// <summary>Who must show a token, and what becomes of who shows wrong ones. Section <c>Access</c> of the configuration.</summary>
public sealed class AccessSettings
{
    public const string Section = "Access";

    /// <summary>Ask for a token on REST on loopback too, as on a machine that others use. The gateway always asks. Default false.</summary>
    public bool RequireToken { get; set; }

    /// <summary>
    /// How long the token opens that a task with the label <c>server-token</c> gets on the server's own node, to act for its agent. 0 for none. Default 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan TaskTokensFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Wrong tokens that an address may show at once. Default 10.</summary>
    [Range(1, 1_000_000)]
    public int FailedAttempts { get; set; } = 10;

    /// <summary>And then one more each time this has passed. Default 6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan OneMoreEvery { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>An address gets one line in the log in this time, with how many there were. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LogEvery { get; set; } = TimeSpan.FromMinutes(1);

    internal FailedAttemptOptions Attempts => new() { Burst = FailedAttempts, OneMoreEvery = OneMoreEvery, LogEvery = LogEvery };
}
