using System.Text;
using Granary.Cli.CommandLine;
using Granary.Client.Tests;
using Granary.Model;

namespace Granary.Cli.Tests;

/// <summary>The command line in process, against grains in memory.</summary>
internal sealed class Cli
{
    public FakeCluster Cluster { get; } = FakeCluster.Create();

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What standard output is: a terminal of that many columns, or no terminal.</summary>
    public int TerminalWidth { get; init; }

    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch.AddHours(1);

    /// <summary>Thrown instead of connecting.</summary>
    public GranaryException? Unreachable { get; init; }

    public Task<CliResult> Run(params string[] args) => Run(CancellationToken.None, args);

    public async Task<CliResult> Run(CancellationToken cancel, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var (rawOutput, rawError) = (new MemoryStream(), new MemoryStream());
        var surroundings = new Surroundings
        {
            Out = output,
            Error = error,
            RawOut = () => rawOutput,
            RawError = () => rawError,
            OutIsTerminal = TerminalWidth > 0,
            Width = () => TerminalWidth,
            Height = () => TerminalWidth > 0 ? 50 : 0,
            Time = new FixedTime(Now),
            Environment = name => Variables.GetValueOrDefault(name),
        };
        var application = new Application(surroundings, (_, _) => Unreachable is null ? Task.FromResult(Cluster.Connect()) : throw Unreachable);
        var code = await application.Run(args, cancel);
        return new CliResult(code, output.ToString(), error.ToString(), Encoding.UTF8.GetString(rawOutput.ToArray()), Encoding.UTF8.GetString(rawError.ToArray()));
    }

    /// <summary>Puts a task into a pool as it is.</summary>
    public TaskView Add(TaskView task)
    {
        Cluster.Pool(task.Id.Pool).Tasks[task.Id.Number] = task;
        return task;
    }

    /// <summary>The system's timers with a clock that stands still, so that ages in tables are known.</summary>
    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

internal sealed record CliResult(int Code, string Out, string Error, string RawOut, string RawError)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
