using System.Globalization;
using System.Text;
using Granary.Execution.Handlers;

[assembly: HandlerContract(HandlerContract.Version)]

namespace Granary.SampleHandler;

/// <summary>
/// Counts the words of its payload, a line of it at a time, and writes each count to the task's output: <c>granary submit --agent a --handler count --payload 'two words'</c>.
/// </summary>
public sealed class CountHandler : ITaskHandler
{
    public string Name => "count";

    public async ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop)
    {
        if (context.Payload.Length == 0) return new HandlerResult(2, "nothing to count; give the task a payload");
        foreach (var line in context.Payload.Split('\n'))
        {
            stop.ThrowIfCancellationRequested(); // a handler that does not look here is left behind when its task is stopped
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            await context.Output.WriteAsync(Encoding.UTF8.GetBytes(words.ToString(CultureInfo.InvariantCulture) + "\n"), stop);
        }
        return HandlerResult.Success;
    }
}
