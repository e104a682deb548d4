using System.CommandLine;
using Granary.Model;

namespace Granary.Cli.CommandLine;

/// <summary>From words to an exit code: finds the command, refuses what is mistyped, turns every error into one line.</summary>
internal sealed class Application(Surroundings surroundings, Connector connector)
{
    public async Task<int> Run(string[] args, CancellationToken cancel)
    {
        var scope = new CommandScope(surroundings, connector);
        var root = Root(scope, args);
        var result = root.Parse(args);
        if (Usage.Problem(result, args) is { } problem) return Fail(ExitCodes.Usage, problem);
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = surroundings.Out,
                    Error = surroundings.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (GranaryException e)
        {
            return Fail(e.Code == ErrorCode.Unknown ? ExitCodes.Failed : (int)e.Code, e.Message);
        }
        catch (TimeoutException e)
        {
            return Fail(ExitCodes.TimedOut, e.Message);
        }
        catch (Exception e) when (surroundings.Environment("GRANARY_TRACE") is not ("1" or "true"))
        {
            return Fail(ExitCodes.Failed, $"{e.GetType().Name}: {e.Message} (GRANARY_TRACE=1 shows where)");
        }
    }

    /// <summary>Only the command that is called is built; all of them where they are listed or none is named.</summary>
    private static RootCommand Root(CommandScope scope, string[] args)
    {
        var root = new RootCommand("Granary shares machines fairly between fleets of agents.");
        foreach (var option in scope.Common.All) root.Options.Add(option);
        var called = args.Length == 0 ? null : CommandTable.All.FirstOrDefault(e => e.Name == args[0]);
        if (called is not null) root.Subcommands.Add(called.Create(scope));
        else foreach (var entry in CommandTable.All) root.Subcommands.Add(entry.Create(scope));
        return root;
    }

    private int Fail(int code, string message)
    {
        // One line each; only what is wrong with a fleet can be several things at once.
        foreach (var line in message.Split('\n', StringSplitOptions.RemoveEmptyEntries)) surroundings.Error.WriteLine("granary: " + line.TrimEnd());
        return code;
    }
}
