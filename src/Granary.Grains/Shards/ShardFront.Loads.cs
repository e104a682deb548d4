using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Grains.Shards;

/// <summary>What the parts hold and wait for, asked for once a second; between two answers what is sent there is added.</summary>
internal sealed partial class ShardFront
{
    /// <summary>What one waiting task of an agent asks for when nothing is known of it: a thousandth of a part.</summary>
    private const double UnknownShare = 0.001;

    /// <summary>What each part said last; null when it did not answer.</summary>
    private readonly PartStanding?[] _standings = new PartStanding?[ShardNames.Most];
    private readonly Dictionary<string, double> _taskShare = new(StringComparer.Ordinal);
    private readonly List<(int Shard, string Agent, double Share)> _since = [];
    private readonly ShardWaiting _waiting;
    private Task _asking = Task.CompletedTask;

    private async Task AskAsync()
    {
        var waited = _waiting.Queued;
        _since.Clear();
        _waiting.Begin();
        await AllAsync(async (part, i) =>
        {
            try
            {
                var standing = await part.Part();
                Hear(i, standing.Shares);
                _waiting.Hear(i, standing);
                _standings[i] = standing;
                _loads[i].Answers = true;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (_loads[i].Answers) LogNotAnswering(_log, _pool, i, e.Message);
                _loads[i].Answers = false;
                _standings[i] = null;
            }
        });
        _journal.Drained(waited - _waiting.Queued);
        // a part that holds tasks of a limited agent stays its home: this front may have begun after they came there
        _divideDue |= _homes.Any(h => h.Value.Where((home, i) => !home && _loads[i].ByAgent.GetValueOrDefault(h.Key) > 0).Any());
        try
        {
            await ReadyAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotTold(_log, _pool, e.Message);
            return;
        }
        MoveTasks();
    }

    private void Hear(int shard, IReadOnlyList<AgentShare> shares)
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
        _waiting.Send(batch);
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
