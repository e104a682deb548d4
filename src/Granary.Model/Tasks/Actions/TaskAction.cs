using Orleans;

namespace Granary.Model;

/// <summary>
/// How a task is carried out, where a command or a handler's name does not say it all. At most one of its parts is set; which executor that means is
/// <see cref="Executors.Of"/>'s to say, what is right <see cref="ActionRules"/>'.
/// </summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskAction")]
public sealed record TaskAction
{
    /// <summary>A call to make; null for none.</summary>
    [Id(0)] public HttpCall? Http { get; init; }

    /// <summary>The container that the command runs in; null for none.</summary>
    [Id(1)] public ContainerRun? Container { get; init; }

    /// <summary>What a person is asked to do; null for nothing.</summary>
    [Id(2)] public ManualWork? Manual { get; init; }

    /// <summary>The command runs in a systemd scope of its own.</summary>
    [Id(3)] public bool Scope { get; init; }

    /// <summary>What an in-process handler is given to work on; its form is the handler's affair.</summary>
    [Id(4)] public string Payload { get; init; } = "";
}
