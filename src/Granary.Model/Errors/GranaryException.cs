using Orleans;

namespace Granary.Model;

/// <summary>What kind of refusal it is; the command line and REST derive exit codes and status codes from it.</summary>
[GenerateSerializer]
public enum ErrorCode
{
    Unknown = 0,
    /// <summary>The request itself is malformed: exit 2, HTTP 400.</summary>
    Invalid = 2,
    /// <summary>The server cannot be reached or is stopping: exit 3, HTTP 503.</summary>
    Unavailable = 3,
    /// <summary>Not allowed, over a limit, or infeasible: exit 4, HTTP 409.</summary>
    Refused = 4,
    /// <summary>Exit 5, HTTP 404.</summary>
    NotFound = 5,
    /// <summary>Exit 124, HTTP 504.</summary>
    TimedOut = 124,
}

/// <summary>A refusal in one line: what, where, and what would help.</summary>
[GenerateSerializer, Alias("Granary.GranaryException")]
public sealed class GranaryException : Exception
{
    public GranaryException()
    {
    }

    public GranaryException(string message)
        : base(message)
    {
    }

    public GranaryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public GranaryException(ErrorCode code, string message)
        : base(message) => Code = code;

    [Id(0)] public ErrorCode Code { get; set; }

    /// <summary>For what is refused only because there is too much just now: when to ask again. Null where asking again does not help.</summary>
    [Id(1)] public TimeSpan? RetryAfter { get; set; }

    public static GranaryException Invalid(string message) => new(ErrorCode.Invalid, message);
    public static GranaryException Refused(string message) => new(ErrorCode.Refused, message);
    /// <summary>Too much just now: refused, with the time after which to ask again; HTTP 429.</summary>
    public static GranaryException Busy(string message, TimeSpan retryAfter) => new(ErrorCode.Refused, message) { RetryAfter = retryAfter };

    public static GranaryException NotFound(string message) => new(ErrorCode.NotFound, message);
    public static GranaryException Unavailable(string message) => new(ErrorCode.Unavailable, message);
    public static GranaryException TimedOut(string message) => new(ErrorCode.TimedOut, message);
}
