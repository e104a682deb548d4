namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// Takes the node with the best score, the first in order of equals. It keeps a <see cref="ScoreBoard{TScore}"/> for each kind of request it
/// was asked about, up to <see cref="MostBoards"/>: a decision scores only the nodes that changed since the last one of its kind.
/// </summary>
/// <param name="name">Its name in options and reports.</param>
public sealed class ScoredPolicy<TScore>(string name, TScore score) : GpuPolicy
    where TScore : struct, IGpuScore
{
    /// <summary>Kinds of requests remembered; 8 bytes a node each.</summary>
    public const int MostBoards = 512;

    private readonly Dictionary<GpuRequest, ScoreBoard<TScore>> _boards = [];
    private readonly TScore _score = score;
    private GpuNodes? _nodes;
    private long _asked;

    public override string Name { get; } = name;

    public override int Choose(GpuNodes nodes, in GpuRequest request, out uint devices)
    {
        if (_nodes != nodes)
        {
            _boards.Clear();
            _nodes = nodes;
        }
        if (!_boards.TryGetValue(request, out var board))
        {
            if (_boards.Count == MostBoards) _boards.Remove(_boards.MinBy(b => b.Value.LastUsed).Key);
            _boards.Add(request, board = new ScoreBoard<TScore>(nodes, request, _score));
        }
        board.LastUsed = ++_asked;
        var node = board.Best(_score);
        devices = 0;
        if (node >= 0) _score.Score(nodes, node, request, out devices);
        return node;
    }
}
