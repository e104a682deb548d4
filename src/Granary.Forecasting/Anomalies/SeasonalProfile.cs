namespace Granary.Forecasting.Anomalies;

/// <summary>
/// What is usual at each time of a season, in 288 slots (five minutes of a day): the mean of the season's points in the slot, averaged over seasons with
/// weights that fall by three tenths each. Early and late by two slots are as good as on time. Bounded memory, no allocation.
/// </summary>
internal sealed class SeasonalProfile(TimeSpan season)
{
    private const int Slots = 288, Reach = 2;
    private const double Learning = 0.3;
    private readonly double[] _usual = new double[Slots];
    private readonly int[] _seasons = new int[Slots];
    private int _slot = -1, _points;
    private double _mean;

    /// <summary>The usual value nearest to this one around that time; false until two seasons were seen there.</summary>
    public bool TryNearest(DateTimeOffset at, double value, out double usual)
    {
        var (slot, found) = (Slot(at), false);
        if (slot != _slot) End();
        (_slot, usual) = (slot, 0);
        for (var near = -Reach; near <= Reach; near++)
        {
            var n = (slot + near + Slots) % Slots;
            if (_seasons[n] < 2 || (found && Math.Abs(value - _usual[n]) >= Math.Abs(value - usual))) continue;
            (usual, found) = (_usual[n], true);
        }
        return found;
    }

    public void Add(DateTimeOffset at, double value)
    {
        var slot = Slot(at);
        if (slot != _slot) End();
        _slot = slot;
        _points++;
        _mean += (value - _mean) / _points;
    }

    private void End()
    {
        if (_points > 0)
        {
            _usual[_slot] = _seasons[_slot] == 0 ? _mean : _usual[_slot] + (Learning * (_mean - _usual[_slot]));
            if (_seasons[_slot] < 2) _seasons[_slot]++;
        }
        (_points, _mean) = (0, 0);
    }

    private int Slot(DateTimeOffset at) => (int)((at.Ticks % season.Ticks) / (double)season.Ticks * Slots);
}
