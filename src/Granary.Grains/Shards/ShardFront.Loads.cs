using Granary.Abstractions;

namespace Granary.Grains.Shards;

/// <summary>What the parts hold and wait for, asked for once a second; between two answers what is sent there is added.</summary>
internal sealed partial class ShardFront
{
    /// <summary>What one waiting task of an agent asks for when nothing is known of it: a thousandth of a part.</summary>
    private const double UnknownShare = 0.001;

    private readonly Dictionary<string, double> _taskShare = new(StringComparer.Ordinal);
    private readonly List<(int Shard, string Agent, double Share)> _since = [];
    private Task _asking = Task.CompletedTask;

    private async Task AskAsync()
    {
        _since.Clear();
        await AllAsync(async (part, i) =>
        {
            try
            {
                Hear(i, await part.Shares());
                _loads[i].Answers = true;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (_loads[i].Answers) LogNotAnswering(_log, _pool, i, e.Message);
                _loads[i].Answers = false;
            }
        });
        // a part that holds tasks of a limited agent stays its home: this front may have begun after they came there
        _divideDue |= _homes.Any(h => h.Value.Where((home, i) => !home && _loads[i].ByAgent.GetValueOrDefault(h.Key) > 0).Any());
        if (_told && !_divideDue) return;
        try
        {
            await ReadyAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotTold(_log, _pool, e.Message);
        }
    }

    private void Hear(int shard, IReadOnlyList<Model.AgentShare> shares)
    {
        var load = _loads[shard];
        load.Load = 0;
        load.ByAgent.Clear();
        foreach (var share in shares)
        {
            var held = share.DominantShare + share.Queued * _taskShare.GetValueOrDefault(share.Agent, UnknownShare);
            if (held > 0) load.Add(share.Agent, held);
        }
        foreach (var sent in _since)
            if (sent.Shard == shard) load.Add(sent.Agent, sent.Share);
    }

    /// <summary>Counts a batch that is on its way to a part.</summary>
    private void Charge(SubmitBatch batch, int shard)
    {
        foreach (var item in batch.Items)
        {
            var (agent, share) = (item.Spec.Agent, _router.ShareOf(item, shard));
            _loads[shard].Add(agent, share);
            _since.Add((shard, agent, share));
            var each = share / item.Count;
            _taskShare[agent] = _taskShare.TryGetValue(agent, out var past) ? past + (each - past) / 8 : each;
        }
    }
}
