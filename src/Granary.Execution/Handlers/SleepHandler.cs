using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>Waits as long as its payload (or first argument) says (<c>2s</c>), else for the declared duration, then succeeds.</summary>
public sealed class SleepHandler(TimeProvider time) : ITaskHandler
{
    public string Name => "sleep";

    public async ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(context);
        var spec = context.Spec;
        var length = spec.Duration ?? TimeSpan.Zero;
        var text = context.Payload.Length > 0 ? context.Payload : spec.Command.Count > 0 ? spec.Command[0] : "";
        if (text.Length > 0 && !Durations.TryParse(text, out length, out var error))
            return new(2, "sleep: " + error);
        await Task.Delay(length, time, stop);
        return HandlerResult.Success;
    }
}
