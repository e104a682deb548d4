using Granary.Optimization.Randomness;

namespace Granary.Optimization.Nsga3;

/// <summary>
/// NSGA-III, one run: a population that moves by crossover and mutation, and survives by non-dominated rank and, in the last front, by niches along reference
/// lines. Sources: Deb and Jain (2014), part I; constraints: Jain and Deb (2014), part II. The same problem, options and seed give the same result; a
/// generation allocates nothing but what the problem does.
/// </summary>
public sealed class Nsga3Run
{
    /// <summary>The violation of a point with an objective or constraint that is not finite.</summary>
    internal const double Broken = double.MaxValue;

    private readonly IProblem _problem;
    private readonly Nsga3Options _options;
    private readonly RandomStream _random;
    private readonly Normalization _normalization;
    private readonly Niching _niching;
    private readonly NonDominatedSort _sort;
    private readonly int _size, _variables, _objectives;
    private readonly double _mutation;
    private readonly double[] _lower, _upper, _constraints;

    // Rows: the population first, then its children.
    private double[] _x, _f, _violation, _xNext, _fNext, _violationNext;
    private readonly double[] _key, _excess;
    private readonly int[] _rank, _chosen, _byRank, _frontEnds;

    /// <param name="start">Points that the first population holds, as many as fit; the rest is spread over the bounds at random.</param>
    /// <exception cref="ArgumentException">An option or a bound is out of its range, or the reference points have another number of objectives.</exception>
    public Nsga3Run(IProblem problem, ReferencePoints points, Nsga3Options options, long seed, IReadOnlyList<double[]>? start = null)
    {
        options.Validate();
        if (points.Objectives != problem.Objectives)
            throw new ArgumentException($"the problem has {problem.Objectives} objectives and the reference points {points.Objectives}; they must agree");
        Require.AtLeast(problem.Variables, 1, "the number of variables");
        Require.AtLeast(problem.Constraints, 0, "the number of constraints");
        (_problem, _options, _random) = (problem, options, new RandomStream(seed));
        (_variables, _objectives) = (problem.Variables, problem.Objectives);
        _size = options.Population > 0 ? options.Population + options.Population % 2 : Math.Max(4, (points.Count + 3) / 4 * 4);
        _mutation = options.MutationProbability ?? 1.0 / _variables;
        (_lower, _upper, _constraints) = (new double[_variables], new double[_variables], new double[problem.Constraints]);
        problem.Bounds(_lower, _upper);
        Require.Finite(_lower, "lower bounds");
        Require.Finite(_upper, "upper bounds");
        for (var i = 0; i < _variables; i++)
        {
            if (_lower[i] > _upper[i]) throw new ArgumentException($"variable {i} goes from {_lower[i]} to {_upper[i]}; the lower bound must not be over the upper");
        }

        var rows = 2 * _size;
        (_x, _xNext) = (new double[rows * _variables], new double[rows * _variables]);
        (_f, _fNext) = (new double[rows * _objectives], new double[rows * _objectives]);
        (_violation, _violationNext) = (new double[rows], new double[rows]);
        (_key, _excess) = (new double[rows * _objectives], new double[rows]);
        (_rank, _chosen, _byRank, _frontEnds) = (new int[rows], new int[rows], new int[rows], new int[rows + 1]);
        (_normalization, _niching, _sort) = (new Normalization(_objectives), new Niching(points, rows), new NonDominatedSort(rows, _objectives));
        First(start ?? []);
    }

    /// <summary>How many generations have been run.</summary>
    public int Generation { get; private set; }

    public int Population => _size;

    /// <summary>Objectives of a member of the population.</summary>
    public ReadOnlySpan<double> ObjectivesOf(int member) => _f.AsSpan(0, _size * _objectives).Slice(member * _objectives, _objectives);

    /// <summary>Variables of a member of the population.</summary>
    public ReadOnlySpan<double> VariablesOf(int member) => _x.AsSpan(0, _size * _variables).Slice(member * _variables, _variables);

    /// <summary>Runs what is left of the generations.</summary>
    public Front Run()
    {
        while (Generation < _options.Generations) Step();
        return Result();
    }

    /// <summary>Runs one generation.</summary>
    public void Step()
    {
        Breed();
        Survive();
        Generation++;
    }

    /// <summary>The feasible, undominated part of the present population.</summary>
    public Front Result()
    {
        var least = 0;
        for (var i = 1; i < _size; i++) least = _violation[i] < _violation[least] ? i : least;
        if (_violation[least] > 0) return new Front(_violation[least] >= Broken ? [] : [At(least)], false, Generation);
        var ranks = new int[_size];
        _sort.Rank(_f.AsSpan(0, _size * _objectives), _violation.AsSpan(0, _size), ranks);
        return new Front([.. Enumerable.Range(0, _size).Where(i => ranks[i] == 0).Select(At)], true, Generation);
    }

    private Solution At(int i) => new([.. Variables(i)], [.. _f.AsSpan(i * _objectives, _objectives)], _violation[i]);

    private Span<double> Variables(int i) => _x.AsSpan(i * _variables, _variables);

    /// <summary>
    /// The given points, then points of a Latin hypercube (McKay, Beckman and Conover, 1979): each variable takes a value in each of as many equal parts of its range as
    /// there are points, so that no part is missed by chance.
    /// </summary>
    private void First(IReadOnlyList<double[]> start)
    {
        for (var v = 0; v < _variables; v++)
        {
            Shuffle();
            for (var i = 0; i < _size; i++) Variables(i)[v] = _lower[v] + (_chosen[i] + _random.Uniform()) / _size * (_upper[v] - _lower[v]);
        }
        for (var i = 0; i < _size; i++)
        {
            if (i < start.Count)
            {
                Require.Length(start[i].Length, _variables, $"point {i} of the start");
                Require.Finite(start[i], $"point {i} of the start");
                for (var v = 0; v < _variables; v++) Variables(i)[v] = Math.Clamp(start[i][v], _lower[v], _upper[v]);
            }
            Evaluate(i);
        }
    }

    private void Breed()
    {
        Shuffle();
        for (var i = 0; i < _size; i += 2)
        {
            var first = Variables(_size + i);
            var second = Variables(_size + i + 1);
            Variables(Parent(i)).CopyTo(first);
            Variables(Parent(i + 1)).CopyTo(second);
            if (_random.Uniform() < _options.CrossoverProbability) Variation.Cross(first, second, _lower, _upper, _options, _random);
            Variation.Mutate(first, _lower, _upper, _mutation, _options.MutationIndex, _random);
            Variation.Mutate(second, _lower, _upper, _mutation, _options.MutationIndex, _random);
            Evaluate(_size + i);
            Evaluate(_size + i + 1);
        }
    }

    /// <summary>Every member is a parent once, in random pairs; with infeasible ones about, the better by violation of it and another (part II, tournament selection).</summary>
    private int Parent(int index)
    {
        var first = _chosen[index];
        if (_constraints.Length == 0) return first;
        var second = _random.Below(_size);
        return _violation[second] < _violation[first] ? second : first;
    }

    private void Shuffle()
    {
        for (var i = 0; i < _size; i++) _chosen[i] = i;
        for (var i = _size - 1; i > 0; i--)
        {
            var j = _random.Below(i + 1);
            (_chosen[i], _chosen[j]) = (_chosen[j], _chosen[i]);
        }
    }

    private void Evaluate(int i)
    {
        var f = _f.AsSpan(i * _objectives, _objectives);
        _problem.Evaluate(Variables(i), f, _constraints);
        var violation = 0.0;
        foreach (var g in _constraints) violation += double.IsNaN(g) || g > Require.Largest ? Broken : Math.Max(0, g);
        foreach (var value in f) violation += Require.IsFinite(value) ? 0 : Broken;
        _violation[i] = Math.Min(violation, Broken);
        if (_violation[i] >= Broken) f.Clear();
    }

    private void Survive()
    {
        var rows = 2 * _size;
        Compare(rows);
        var fronts = _sort.Rank(_key.AsSpan(0, rows * _objectives), _excess.AsSpan(0, rows), _rank.AsSpan(0, rows));
        Bucket(rows, fronts);
        var last = 0;
        while (_frontEnds[last] < _size) last++;
        var whole = _frontEnds[last] == _size ? _size : last == 0 ? 0 : _frontEnds[last - 1];
        _byRank.AsSpan(0, whole).CopyTo(_chosen);
        var feasible = _frontEnds[last];
        while (feasible > 0 && _excess[_byRank[feasible - 1]] > 0) feasible--;
        if (feasible > 0) _normalization.Update(_key, _byRank.AsSpan(0, feasible));
        if (whole < _size)
        {
            var candidates = _byRank.AsSpan(whole, _frontEnds[last] - whole);
            if (_excess[candidates[0]] <= 0)
            {
                for (var k = 0; k < _frontEnds[last]; k++) _niching.Associate(_byRank[k], _key.AsSpan(_byRank[k] * _objectives, _objectives), _normalization);
                _niching.Choose(_byRank.AsSpan(0, whole), candidates, _size - whole, _random);
            }
            candidates[..(_size - whole)].CopyTo(_chosen.AsSpan(whole));
        }
        Keep();
    }

    /// <summary>What dominance looks at: the objectives and the violation, or with a penalty both in one.</summary>
    private void Compare(int rows)
    {
        var penalty = _options.Constraints == ConstraintHandling.Penalty ? _options.PenaltyWeight : 0;
        for (var i = 0; i < rows; i++)
        {
            var added = penalty > 0 && _violation[i] < Broken ? penalty * _violation[i] : 0;
            for (var k = 0; k < _objectives; k++) _key[i * _objectives + k] = _f[i * _objectives + k] + added;
            _excess[i] = penalty > 0 && _violation[i] < Broken ? 0 : _violation[i];
        }
    }

    /// <summary>Lists the rows front by front.</summary>
    private void Bucket(int rows, int fronts)
    {
        var ends = _frontEnds.AsSpan(0, fronts + 1);
        ends.Clear();
        for (var i = 0; i < rows; i++) ends[_rank[i] + 1]++;
        for (var r = 0; r < fronts; r++) ends[r + 1] += ends[r];
        for (var i = 0; i < rows; i++) _byRank[ends[_rank[i]]++] = i;
    }

    private void Keep()
    {
        for (var i = 0; i < _size; i++)
        {
            var from = _chosen[i];
            Variables(from).CopyTo(_xNext.AsSpan(i * _variables));
            _f.AsSpan(from * _objectives, _objectives).CopyTo(_fNext.AsSpan(i * _objectives));
            _violationNext[i] = _violation[from];
        }
        (_x, _xNext, _f, _fNext, _violation, _violationNext) = (_xNext, _x, _fNext, _f, _violationNext, _violation);
    }
}
