using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>cache [NODE]</c>: what agents' parts of the nodes' caches hold, and how much of what was asked for was there.</summary>
internal static class CacheCommand
{
    public static Command Create(CommandScope scope)
    {
        var node = new Argument<string?>("node") { Description = "name, or a unique beginning of one (default: all)", HelpName = "NODE", Arity = ArgumentArity.ZeroOrOne };
        return scope.Does(new Command("cache", "the caches that tasks share: what each agent holds and finds there") { node },
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    IReadOnlyList<string> names = call.Get(node) is { } wanted
                        ? [await Lookup.Node(client, wanted, cancel)]
                        : [.. (await client.NodesAsync(cancel)).Where(n => !n.Spec.Simulated).Select(n => n.Spec.Name)];
                    var parts = new List<CachePart>();
                    foreach (var name in names) parts.AddRange(CachePart.Of(name, await client.MetricsAsync(name, cancel), call.Now));
                    call.Write(parts, CacheListing.Parts(call.Now));
                    return ExitCodes.Done;
                },
                cancel));
    }
}
