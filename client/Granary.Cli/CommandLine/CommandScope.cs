using System.CommandLine;

namespace Granary.Cli.CommandLine;

/// <summary>What commands are built with.</summary>
internal sealed class CommandScope(Surroundings surroundings, Connector connector)
{
    public Surroundings Surroundings { get; } = surroundings;

    public CommonOptions Common { get; } = new();

    /// <summary>Gives <paramref name="command"/> its action.</summary>
    public Command Does(Command command, Func<Call, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (result, cancel) =>
        {
            await using var call = new Call(Surroundings, Common, result, connector);
            return await action(call, cancel);
        });
        return command;
    }
}
