namespace Granary.Execution.Handlers;

/// <summary>A handler of a plug-in under the name it gave when it was loaded, whatever it says later.</summary>
internal sealed class NamedHandler(string name, ITaskHandler handler) : ITaskHandler
{
    public string Name => name;

    public ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop) => handler.Run(context, stop);
}
