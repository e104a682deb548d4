using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Nodes;

/// <summary>Profiles are taken and kept by the node's agent: a question about them is a command, and its answer comes back by number.</summary>
public sealed partial class NodeGrain
{
    private static readonly TimeSpan ProfileTimeout = TimeSpan.FromSeconds(15);
    private readonly Dictionary<long, TaskCompletionSource<ProfileAnswer>> _profileAnswers = [];

    public async Task<ProfileAnswer> Profile(ProfileQuestion question)
    {
        _ = Spec;
        if (_session is null)
            throw GranaryException.Unavailable($"node {_name} has no agent now; start one with 'granary node --name {_name}'");
        if (question.Read is { } read && (read.MaxBytes is < 1 or > 1 << 20 || read.MaxWait < TimeSpan.Zero || read.MaxWait > TimeSpan.FromSeconds(8)))
            throw GranaryException.Invalid($"a piece of a profile has 1 to {1 << 20} bytes, and is waited for at most 8 s");
        var id = ++_lastRequest;
        var answer = new TaskCompletionSource<ProfileAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _profileAnswers[id] = answer;
        try
        {
            _commands.Add([new NodeCommand { Profile = question, RequestId = id }]);
            if (!await Waits.UntilAsync(answer.Task, ProfileTimeout, clock))
                throw GranaryException.Unavailable($"node {_name} did not answer within {ProfileTimeout.TotalSeconds:F0} s; see 'granary nodes'");
            return await answer.Task;
        }
        finally
        {
            _profileAnswers.Remove(id);
        }
    }

    public async Task ProfileTold(string session, long requestId, ProfileAnswer answer)
    {
        await CheckSessionAsync(session);
        if (_profileAnswers.TryGetValue(requestId, out var waiting)) waiting.TrySetResult(answer);
    }
}
