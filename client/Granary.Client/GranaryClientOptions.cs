using System.ComponentModel.DataAnnotations;

namespace Granary.Client;

/// <summary>How a client finds its server. Every field may stay as it is: the local server is found by itself.</summary>
public sealed record GranaryClientOptions
{
    public const string ServerVariable = "GRANARY_SERVER";
    public const string TokenVariable = "GRANARY_TOKEN";

    public const string TokenFileVariable = "GRANARY_TOKEN_FILE";
    public const string AuthorityVariable = "GRANARY_CA";
    public const string FingerprintVariable = "GRANARY_FINGERPRINT";

    /// <summary><c>HOST:PORT</c> of a gateway, or several of a cluster parted by commas. Default: <c>GRANARY_SERVER</c>, else what the local server's <c>server.json</c> says, else 127.0.0.1:7411.
    /// Beyond loopback the connection uses TLS; <c>tls://HOST:PORT</c> says so anywhere, <c>tcp://HOST:PORT</c> says that it does not, and sends the token in clear text.</summary>
    public string? Server { get; init; }

    /// <summary>What the gateway asks for. Default: <c>GRANARY_TOKEN</c>, else the local server's <c>token</c> file.</summary>
    public string? Token { get; init; }

    /// <summary>A file with the token. Default: <c>GRANARY_TOKEN_FILE</c>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM file with the certificates whose servers are trusted, instead of the system's. Default: <c>GRANARY_CA</c>.</summary>
    public string? Authority { get; init; }

    /// <summary>SHA-256 of the certificate that the server must show, hexadecimal; nothing else of it then counts. Default: <c>GRANARY_FINGERPRINT</c>, else the local server's own.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The local server's data directory. Default: <see cref="LocalServer.DefaultDataDirectory()"/>.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>How long connecting may take; nobody at the port is told at once. Default 15 s: tasks may hold every core of the machine.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call is repeated while the connection is broken, before it fails as unavailable. Default 30 s; 0 for not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call may go without an answer before it is made again: the server that had it may have died. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the first repetition; doubles up to 1 s. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a submission that is refused because there is too much just now is made again, after the time that the refusal names. Default 3; 0 for not at all.</summary>
    [Range(0, 1000)]
    public int BusyRetries { get; init; } = 3;

    /// <summary>The longest that such a refusal is waited for; one that names more comes out at once. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan BusyWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// True sends single submissions that come while one is under way together in the next, as one message: many callers at once get more through, one alone notices nothing.
    /// Each still succeeds or fails for itself. Default false.
    /// </summary>
    public bool GatherSubmissions { get; init; }

    /// <summary>How long one watch call may wait at the server for a change. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:25")]
    public TimeSpan WatchPoll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of timeouts and waits between repetitions. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="Granary.Model.GranaryException">Invalid, naming the option and what it may be.</exception>
    internal GranaryClientOptions Validated()
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new ValidationContext(this), problems, validateAllProperties: true))
            throw Model.GranaryException.Invalid($"client options: {problems[0].ErrorMessage}");
        return this;
    }
}
