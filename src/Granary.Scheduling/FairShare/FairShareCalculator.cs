using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.FairShare;

/// <summary>What one claimant may be given: everything as a fraction of the whole.</summary>
/// <param name="Weight">Relative, over 0.</param>
/// <param name="Floor">Its guarantee, as a dominant share.</param>
/// <param name="Cap">Its demand or its limit, whichever is less, as a dominant share.</param>
internal readonly record struct Claim(double Weight, double Floor, double Cap);

/// <summary>
/// The share each claimant is owed: all weighted dominant shares rise together from the floors until a resource is used up; who uses none of it
/// rises on. With one resource this is weighted max-min fairness (water-filling).
/// </summary>
/// <remarks>Progressive filling, Ghodsi et al., Dominant Resource Fairness, NSDI 2011, section 4; by bisection on the common level.</remarks>
internal sealed class FairShareCalculator
{
    private const int Halvings = 48;
    private const double Full = 1 - 1e-9;

    private Claim[] _claims = [];
    private double[] _directions = [];
    private double[] _shares = [];
    private bool[] _frozen = [];
    private readonly double[] _used = new double[ResourceVector.Lanes];

    /// <summary>Shares by <see cref="AgentEntry.Index"/>; valid until the next call.</summary>
    public ReadOnlySpan<double> Compute(IReadOnlyList<AgentEntry> agents, in ResourceTotals capacity)
    {
        Reserve(agents.Count);
        var basis = new ShareBasis(capacity);
        var weights = TreeWeights.Compute(agents);
        for (var i = 0; i < agents.Count; i++) Fill(agents[i], i, weights[i], capacity, basis);
        return Solve(agents.Count);
    }

    /// <summary>The same over one resource: for tables and for tests.</summary>
    public ReadOnlySpan<double> Compute(ReadOnlySpan<Claim> claims)
    {
        Reserve(claims.Length);
        claims.CopyTo(_claims);
        _directions.AsSpan(0, claims.Length * ResourceVector.Lanes).Clear();
        for (var i = 0; i < claims.Length; i++) _directions[i * ResourceVector.Lanes] = 1;
        return Solve(claims.Length);
    }

    private void Fill(AgentEntry agent, int i, double weight, in ResourceTotals capacity, in ShareBasis basis)
    {
        var demand = agent.Used + agent.Asked;
        var dominant = demand.DominantShare(basis);
        var cap = dominant;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            var fraction = capacity[lane] > 0 ? demand[lane] / (double)capacity[lane] : 0;
            var direction = dominant > 0 ? fraction / dominant : 0;
            _directions[i * ResourceVector.Lanes + lane] = direction;
            if (agent.HasLimit && direction > 0) cap = Math.Min(cap, agent.Limit[lane] / (double)capacity[lane] / direction);
        }
        var floor = agent.HasGuarantee ? agent.Guarantee.DominantShare(basis) : 0;
        _claims[i] = new Claim(weight, Math.Min(floor, cap), cap);
    }

    private ReadOnlySpan<double> Solve(int count)
    {
        Array.Clear(_frozen, 0, count);
        var most = 0.0;
        for (var i = 0; i < count; i++)
        {
            _shares[i] = 0;
            if (_claims[i].Cap <= 0) _frozen[i] = true;
            else most = Math.Max(most, _claims[i].Cap / _claims[i].Weight);
        }
        var level = 0.0;
        for (var round = 0; round <= ResourceVector.Lanes; round++)
        {
            if (Fits(most, count)) break;
            var (low, high) = (level, most);
            for (var i = 0; i < Halvings; i++)
            {
                var middle = (low + high) / 2;
                if (Fits(middle, count)) low = middle;
                else high = middle;
            }
            level = low;
            Fits(low, count);
            if (!FreezeUsersOfWhatIsFull(count)) break;
        }
        return _shares.AsSpan(0, count);
    }

    /// <summary>Raises everybody to a level and says whether it fits.</summary>
    private bool Fits(double level, int count)
    {
        Array.Clear(_used);
        for (var i = 0; i < count; i++)
        {
            ref readonly var claim = ref _claims[i];
            if (!_frozen[i]) _shares[i] = Math.Min(claim.Cap, Math.Max(claim.Floor, level * claim.Weight));
            for (var lane = 0; lane < ResourceVector.Lanes; lane++) _used[lane] += _shares[i] * _directions[i * ResourceVector.Lanes + lane];
        }
        foreach (var used in _used)
            if (used > 1 + 1e-12) return false;
        return true;
    }

    private bool FreezeUsersOfWhatIsFull(int count)
    {
        var any = false;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (_used[lane] < Full) continue;
            for (var i = 0; i < count; i++)
            {
                if (_frozen[i] || _directions[i * ResourceVector.Lanes + lane] <= 0) continue;
                _frozen[i] = true;
                any = true;
            }
        }
        return any;
    }

    private void Reserve(int count)
    {
        if (_claims.Length >= count) return;
        var size = Math.Max(count, _claims.Length * 2);
        _claims = new Claim[size];
        _directions = new double[size * ResourceVector.Lanes];
        _shares = new double[size];
        _frozen = new bool[size];
    }
}
