using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>What would become of a task, or an array, if it were submitted now. Nothing is changed.</summary>
    /// <exception cref="GranaryException">NotFound for the pool; Invalid for a malformed task. What the pool would refuse is told in the answer.</exception>
    public Task<WhatIfSubmission> WhatIfSubmitAsync(SubmitItem item, string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        var grain = Pool(pool);
        return _calls.CallAsync(() => grain.WhatIfSubmit(item), ct);
    }

    /// <summary>What the loss of a node would mean now. Nothing is changed.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<WhatIfNodeLoss> WhatIfNodeLossAsync(string node, CancellationToken ct = default)
    {
        var pool = (await NodeAsync(node, ct)).Spec.Pool;
        var grain = Pool(pool);
        return await _calls.CallAsync(() => grain.WhatIfNodeLoss(node), ct);
    }
}
