namespace Granary.Cli.CommandLine;

/// <summary>What a script can tell from the exit code.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The thing asked about failed: a task failed, a check found problems.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or an invalid file.</summary>
    public const int Usage = 2;

    public const int Unreachable = 3;
    public const int Refused = 4;
    public const int NotFound = 5;
    public const int TimedOut = 124;

    /// <summary>Ended by Ctrl-C, as shells report it.</summary>
    public const int Interrupted = 130;
}
