using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Nodes;

/// <summary>Output lies on the node's own disk: reading it is a question to its agent.</summary>
public sealed partial class NodeGrain
{
    private static readonly TimeSpan LogReadTimeout = TimeSpan.FromSeconds(10);

    public async Task<LogChunk> ReadLog(LogRequest request)
    {
        if (_session is null)
            throw GranaryException.Unavailable($"node {_name} holds the output of {request.Task} and has no agent now; start one with 'granary node --name {_name}'");
        var id = ++_lastRequest;
        var answer = new TaskCompletionSource<LogChunk>(TaskCreationOptions.RunContinuationsAsynchronously);
        _logReads[id] = answer;
        try
        {
            _commands.Add([new NodeCommand { ReadLog = request, RequestId = id }]);
            if (!await Waits.UntilAsync(answer.Task, LogReadTimeout, clock))
                throw GranaryException.Unavailable($"node {_name} did not answer within {LogReadTimeout.TotalSeconds:F0} s; see 'granary nodes'");
            return await answer.Task;
        }
        finally
        {
            _logReads.Remove(id);
        }
    }

    public async Task LogRead(string session, long requestId, LogChunk chunk)
    {
        await CheckSessionAsync(session);
        if (_logReads.TryGetValue(requestId, out var answer)) answer.TrySetResult(chunk);
    }
}
