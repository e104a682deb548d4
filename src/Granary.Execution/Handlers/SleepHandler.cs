using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>Waits as long as its first argument says (<c>2s</c>), else for the declared duration, then succeeds.</summary>
public sealed class SleepHandler(TimeProvider time) : ITaskHandler
{
    public string Name => "sleep";

    public async ValueTask<HandlerResult> Run(Assignment assignment, CancellationToken stop)
    {
        var spec = assignment.Spec;
        var length = spec.Duration ?? TimeSpan.Zero;
        if (spec.Command.Count > 0 && !Durations.TryParse(spec.Command[0], out length, out var error))
            return new(2, "sleep: " + error);
        await Task.Delay(length, time, stop);
        return HandlerResult.Success;
    }
}
