using Granary.Abstractions;
using Granary.Execution.Processes;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Execution;

/// <summary>Profiles of what runs here. A task is profiled by the lease that this agent holds for it: whoever means an older attempt is refused.</summary>
public sealed partial class NodeAgent
{
    private async Task AnswerProfile(ProfileQuestion question, long requestId)
    {
        try
        {
            var answer = await Task.Run(() => Answer(question));
            await _node.ProfileTold(_session, requestId, answer).WaitAsync(_options.CallTimeout, _time, _stop.Token);
        }
        catch (Exception e)
        {
            LogNoAnswer(TaskId.TryParse(question.Task, out var task) ? task : default, OneLine(e)); // who asked times out and asks again
        }
    }

    private async Task<ProfileAnswer> Answer(ProfileQuestion question)
    {
        if (_options.Profiles is not { } desk) return ProfileAnswer.Failed("", $"node {_options.Node.Name} takes no profiles (simulated, or Profiling:Enabled is false)");
        if (question.Read is { } read) return await desk.Read(question.Task, read);
        if (question.List) return desk.List(question.Task);
        if (question.Start is not { } order) return ProfileAnswer.Failed("", "nothing was asked");
        if (question.Task.Length == 0)
            return desk.Start("", order, order.Pid > 0 ? new() { Name = $"process {order.Pid} of node {_options.Node.Name}", Pid = order.Pid } : new ProfileTarget { Name = $"node {_options.Node.Name}" });
        if (!TaskId.TryParse(question.Task, out var id)) return ProfileAnswer.Failed("", $"'{question.Task}' is no task id");
        Lease? lease;
        lock (_gate) lease = _table.Running(id);
        if (lease is null) return ProfileAnswer.Failed("", $"task {id} does not run on node {_options.Node.Name} (any more)");
        if (order.Token != 0 && order.Token != lease.Token) return ProfileAnswer.Failed("", $"task {id} runs in another attempt by now; ask again");
        return desk.Start(question.Task, order with { Pid = 0 }, new() { Name = $"task {id}", Mark = FormattableString.Invariant($"{LaunchEnvironment.LeaseVariable}={id}#{lease.Token}@{_shim?.Instance}") });
    }
}
