namespace Granary.Cli.CommandLine;

/// <summary>What a command sees of the world outside: streams, terminal, clock, environment. Tests bring their own.</summary>
internal sealed class Surroundings
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>Standard output and standard error as bytes, for a task's own output.</summary>
    public required Func<Stream> RawOut { get; init; }

    public required Func<Stream> RawError { get; init; }

    /// <summary>True when standard output is a terminal: lists may colour and live views redraw.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Columns of the terminal now; 0 when there is none.</summary>
    public Func<int> Width { get; init; } = () => 0;

    /// <summary>Rows of the terminal now; 0 when there is none.</summary>
    public Func<int> Height { get; init; } = () => 0;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The process's own.</summary>
    public static Surroundings OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        RawOut = Console.OpenStandardOutput,
        RawError = Console.OpenStandardError,
        OutIsTerminal = !Console.IsOutputRedirected,
        Width = () => Console.IsOutputRedirected ? 0 : Console.WindowWidth,
        Height = () => Console.IsOutputRedirected ? 0 : Console.WindowHeight,
    };
}
