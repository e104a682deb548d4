using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Nodes;

/// <summary>What people say of their work goes to the agent that holds it, like a question about output.</summary>
public sealed partial class NodeGrain
{
    private static readonly TimeSpan CompletionTimeout = TimeSpan.FromSeconds(10);

    public async Task<LeaseCompletion> Complete(CompleteLease completion)
    {
        if (_session is null)
            throw GranaryException.Unavailable($"node {_name} holds {completion.Lease.Task} and has no agent now; start one with 'granary node --name {_name}', then say it again");
        var id = ++_lastRequest;
        var answer = new TaskCompletionSource<LeaseCompletion>(TaskCreationOptions.RunContinuationsAsynchronously);
        _completions[id] = answer;
        try
        {
            _commands.Add([new NodeCommand { Complete = completion, RequestId = id }]);
            if (!await Waits.UntilAsync(answer.Task, CompletionTimeout, clock))
                throw GranaryException.Unavailable($"node {_name} did not answer within {CompletionTimeout.TotalSeconds:F0} s; say it again: it is done once");
            return await answer.Task;
        }
        finally
        {
            _completions.Remove(id);
        }
    }

    public async Task Completed(string session, long requestId, LeaseCompletion answer)
    {
        await CheckSessionAsync(session);
        if (_completions.TryGetValue(requestId, out var waiting)) waiting.TrySetResult(answer);
    }
}
