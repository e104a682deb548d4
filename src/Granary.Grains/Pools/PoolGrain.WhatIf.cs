using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Analysis;

namespace Granary.Grains.Pools;

/// <summary>Questions that change nothing.</summary>
public sealed partial class PoolGrain
{
    public Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item)
    {
        CheckExists();
        return _front?.WhatIfSubmit(item) ?? Task.FromResult(_scheduler.WhatIfSubmit(item, Now));
    }

    public Task<WhatIfNodeLoss> WhatIfNodeLoss(string node) => _front?.WhatIfNodeLoss(node) ?? Task.FromResult(_scheduler.WhatIfNodeLoss(node, Now));

    public async Task<TaskExplanation> Explain(long number)
    {
        if (_front is not null) return await _front.Explain(number);
        var task = await Get(number) ?? throw GranaryException.NotFound($"no task {new TaskId(_pool, number)}; 'granary tasks --pool {_pool}' lists those of its pool");
        var decision = _scheduler.Decision(number, Now);
        return new TaskExplanation(task, _scheduler.Explain(number, Now), TaskHistory.Describe(task), _scheduler.ShareOf(task.Spec.Agent, Now),
            decision, DecisionOutcomes.Of(task, decision), _scheduler.ExpectedStart(number, Now))
        { Placement = _scheduler.ExplainPlacement(number, Now) };
    }
}
