/*
 * fence.pml - fenced revocation for Claviger (Promela, Spin 6.5)
 * What is checked, and how far it goes: docs/decisions/0080-the-fence-is-model-checked.md
 *
 * Property: once a revoke has been answered with 200, no verification that
 * starts afterwards accepts the token (the assertions on `must` in Verifier).
 *
 * Scope: 2 nodes, 2 revokers (each revokes token 0, token 1 or both; crash and
 * retry at any point, also between commit and answer), a verifier with pauses
 * anywhere, discrete time with drifting clocks, a reaper that removes dead
 * members (-DREAPER), one failover after which the deposed primary P stays
 * reachable (-DFAILOVER). No bound on ticks, renewals, retries, crashes.
 *
 * Time is kept in countdown timers, so the state space is finite although
 * ticks are unbounded. Drift: while one node timer runs the node clock may
 * lose one tick; while one wait runs the waiter's clock may gain one tick.
 * So W = L + 2 is the smallest safe wait, and W = L + 1 (M_NODRIFT) is not.
 *
 * Symmetry: node ids and token ids are interchangeable, so the verifier looks
 * at node 0 and token 0 only; node 1 then needs no cache and no lease of its
 * own (nothing reads them), just its epoch, its member row and its commits.
 *
 * Revoker ids are interchangeable too: the 200 that is violated comes from
 * revoker 0; revoker 1 needs only its commits (-DFULL gives it its wait and its
 * 200 as well).
 *
 * CUT: with -DFINE every CUT is a point where others may run. Without it the
 * steps around a CUT are one step, taken at the instant worst for safety (a
 * lease that starts at its snapshot, a wait that starts at its commit, a 200
 * sent as soon as it may be, a verification judged the moment it arrives);
 * a later instant only shortens a lease, lengthens a wait, delays a 200.
 *
 * M_xxx: a broken protocol, Spin must object. R_xxx: a witness, Spin must
 * reach the assertion (the model is not vacuous there).
 */
#ifndef L
#define L 2
#endif
#ifdef M_NODRIFT
#define W (L+1)
#else
#define W (L+2)
#endif
#ifdef FINE
#define CUT }; atomic {
#define CUT_ANSWER }; answer: atomic {
#else
#define CUT
#define CUT_ANSWER answer:
#endif
#ifdef REAPER                         /* the member row lock matters to the reaper only */
#define CUT_LOCK }; atomic {
#else
#define CUT_LOCK CUT
#endif
#ifdef M_ROW                          /* restart re-uses the member row */
#define ROW(n) 0
#else
#define ROW(n) (n)                    /* one row per incarnation */
#endif
#define IX(s,i) ((s)*2+(i))
#define OTHER_LINEAGE(s,g,l) (primary==1 && (l)!=(s) && (g)>fb)

/* ---------- database: server 0 = P, server 1 = S (promoted standby) ------ */
bit  primary;                         /* which server is live */
byte ep[2];                           /* epoch counter, per server */
byte tok[4];                          /* epoch at which a token was revoked, 0 = active */
bit  row[4];                          /* member row exists */
byte ackd[4];                         /* member row: acked epoch */
byte rep;                             /* prefix of P known to be on the standby */
byte fb;                              /* common prefix of P and S */
bit  rlock[2];                        /* row lock on a member row */
bit  same[2];                         /* renew_seq unchanged since the reaper looked */
#ifdef M_SEQ
byte seq;
#endif

/* ---------- nodes --------------------------------------------------------- */
byte gen[2];                          /* applied epoch ... */
bit  lin[2];                          /* ... and the lineage it came from (its stamp) */
bit  mem = 1;                         /* node 0 holds token 0 as active */
byte lease; bit lbud;                 /* node 0: remaining lease, own clock; drift left */
byte pend;  bit pbud;                 /* node 0: renewal in flight, from before the send */

/* ---------- revokers ------------------------------------------------------ */
byte wait[2]; bit wbud[2];
bit  done;                            /* a revoke of token 0 was answered with 200 */
#ifdef REAPER
byte rw; bit rbud;
#endif

inline arm()  { if :: n == 0 -> pend = L; pbud = 1 :: else fi }
inline drop()
{
  if :: n == 0 -> pend = 0; pbud = 0 :: else fi;
  k = 0; s = 0; hit = 0; mis = 0; ok = 0
}
inline snap()                         /* one statement, one snapshot, server s */
{
  k = ep[s];
  mis = OTHER_LINEAGE(s, gen[n], lin[n]);
  hit = (n == 0 && tok[IX(s,0)] > gen[n])  /* a log entry after gen names token 0 */
}

proctype Node(byte n)
{
  byte k; bit s, ok, mis, hit;
start:
#ifdef M_JOIN                         /* INSERT and log read in one snapshot */
  atomic { s = primary; arm(); snap() };
  atomic { row[IX(s,ROW(n))] = 1; ackd[IX(s,ROW(n))] = 0; same[ROW(n)] = 0; ok = 1; goto apply };
#else
  /* register: synchronously committed, grants no lease */
  atomic { s = primary; row[IX(s,ROW(n))] = 1; ackd[IX(s,ROW(n))] = 0; same[ROW(n)] = 0;
    if :: s == 0 -> rep = ep[0] :: else fi };
#endif
loop:
  atomic {
    if :: s = primary :: primary == 1 -> s = 0 fi;  /* maybe a deposed primary */
    arm();  /* t0 := clock, then send */
    CUT
    snap();
    if
    :: !mis && (k != gen[n] || ackd[IX(s,ROW(n))] != k) -> /* plain read: no lease */
      if :: n == 0 -> pend = 0; pbud = 0 :: else fi; goto apply
#ifdef M_READ                         /* lease from a plain read */
    :: ok = 1; goto apply
#endif
    :: s == primary  /* renewal */
    :: s != primary -> drop(); goto loop  /* its commit never returns */
    fi
  };
  atomic {
    if
    :: s != primary -> drop(); goto loop
    :: s == primary && !row[IX(s,ROW(n))] -> drop(); goto start  /* 0 rows: reaped */
    :: s == primary && row[IX(s,ROW(n))] && !rlock[ROW(n)] -> rlock[ROW(n)] = 1
    fi;
    CUT_LOCK
    if  /* COMMIT acked by the standby */
    :: s != primary -> drop(); goto loop
    :: else -> rlock[ROW(n)] = 0; same[ROW(n)] = 0; ok = 1;
      if :: s == 0 -> rep = ep[0] :: else fi
    fi;
#ifdef M_ACK
    if :: row[IX(s,ROW(n))] -> ackd[IX(s,ROW(n))] = k :: else fi
#endif
  };
apply:
#ifdef M_NOSTAMP                      /* trust epoch numbers across a failover */
  atomic { mis = 0; if :: k < gen[n] -> drop(); goto loop :: else fi };
#endif
#ifdef M_ERASE                        /* erase first, generation later */
  atomic { if :: n == 0 && (hit || mis) -> mem = 0 :: else fi };
  atomic { gen[n] = k; lin[n] = s;
#else
  atomic { gen[n] = k; lin[n] = s }; /* generation first: fills in flight are void */
  atomic { if :: n == 0 && (hit || mis) -> mem = 0 :: else fi;
#endif
    CUT
#ifdef M_REPLY
    if :: n == 0 && ok -> lease = L; lbud = 1 :: else fi;
#else
    if :: n == 0 && ok && pend > 0 -> lease = pend; lbud = pbud :: else fi;
#endif
    CUT
#ifdef M_ACKANY
    s = primary;  /* ack without the stamp guard */
#endif
    if :: row[IX(s,ROW(n))] && ackd[IX(s,ROW(n))] < k -> ackd[IX(s,ROW(n))] = k :: else fi;
    drop(); goto loop
  }
}

#ifdef M_REPLICA
#define FRESH true
#else                                 /* the read shows my epoch, with my stamp */
#define FRESH (kk >= a && !OTHER_LINEAGE(s, a, al))
#endif

inline reset() { a = 0; kk = 0; al = 0; s = 0; must = 0 }

proctype Verifier()
{
  byte a, kk; bit must, al, s;
#ifdef M_LOOKUP
  bit h;
#endif
next:
  atomic {
#ifdef M_CLOCK                        /* a cached clock: lease judged before the request */
    lease > 0 -> a = gen[0]; al = lin[0] };
  atomic { must = done };
#else
#ifdef M_LOOKUP                       /* look up, then check the lease */
    must = done; h = mem };
  atomic { lease > 0 -> a = gen[0]; al = lin[0];
    if :: h -> assert(!must) :: else fi };
#else
    must = done;  /* the request arrives */
    CUT
    if :: lease > 0 -> a = gen[0]; al = lin[0] :: lease == 0 -> must = 0; goto next fi };
#endif
#endif
  atomic { if
    :: mem ->
#ifndef M_LOOKUP
      assert(!must);  /* accept from memory */
#endif
      reset(); goto next
    :: if :: s = primary :: primary == 1 -> s = 0 fi
    fi;
    /* read-through on a miss: any server, any replica, any lag */
    do :: kk < ep[s] -> kk++ :: break od;
    if
    :: !(tok[IX(s,0)] != 0 && tok[IX(s,0)] <= kk) && FRESH
    :: else -> reset(); goto next
    fi;
#ifdef R_THROUGH
    assert(!(primary == 1 && s == 1 && ep[1] == 2));
#endif
    assert(!must) };  /* accept from the read */
  atomic {  /* fill */
#ifdef M_FILL
    mem = 1;
#else
    if :: gen[0] == a && lin[0] == al -> mem = 1 :: else fi;
#endif
    reset(); goto next }
}

#define REVOKED(s) (!((mask & 1) && tok[IX(s,0)] == 0) && !((mask & 2) && tok[IX(s,1)] == 0))
inline top(s)                         /* highest epoch among the tokens asked for */
{
  e = 0;
  if :: mask & 1 -> e = tok[IX(s,0)] :: else fi;
  if :: (mask & 2) && tok[IX(s,1)] > e -> e = tok[IX(s,1)] :: else fi
}
#define ACKED(s,n) (row[IX(s,n)] == 0 || ackd[IX(s,n)] >= e)
#define FENCED(s) (ACKED(s,0) && ACKED(s,1))

#ifdef M_POLL
#define SHOWS(sv) true
#else                                 /* the poll shows my own epoch, with my stamp */
#define SHOWS(sv) (sv == s || e <= fb)
#endif

proctype Revoker(byte i)
{
  byte mask, e; bit s;
  if :: mask = 1 :: i == 1 -> mask = 2 :: mask = 3 fi;
start:
#ifdef M_EARLYWAIT
  atomic { wait[i] = W; wbud[i] = 1 };
#endif
#ifdef M_RETRY                        /* "already revoked" answered at once */
  atomic { if :: REVOKED(primary) -> goto answer :: else fi };
#endif
#ifdef M_RETRYREAD                    /* "already revoked" from a plain read, then fenced */
  atomic {
    if
    :: REVOKED(primary) -> s = primary; top(s); wait[i] = W; wbud[i] = 1; goto poll
    :: else
    fi };
#endif
#ifdef M_SEQ
  atomic { if :: REVOKED(primary) :: !REVOKED(primary) && seq < 3 -> seq++; e = seq fi };
#endif
  atomic {  /* UPDATE counter (row lock), UPDATE token, INSERT log, COMMIT */
    s = primary;
    if
    :: REVOKED(s) -> top(s)  /* idempotent: same epoch, yet a commit of its own */
    :: else ->
#ifndef M_SEQ
      e = ep[s] + 1;
#endif
      if :: (mask & 1) && tok[IX(s,0)] == 0 -> tok[IX(s,0)] = e :: else fi;
      if :: (mask & 2) && tok[IX(s,1)] == 0 -> tok[IX(s,1)] = e :: else fi;
      if :: e > ep[s] -> ep[s] = e :: else fi
    fi;
    if
    :: if :: s == 0 -> rep = ep[0] :: else fi  /* acked by the standby */
    :: e = 0; s = 0; goto start  /* committed locally only, or reply lost, or crash */
    fi;
#ifndef FULL
    if :: i == 1 -> e = 0; s = 0; goto start :: else fi;
#endif
    CUT
#ifndef M_EARLYWAIT
    wait[i] = W; wbud[i] = 1
#endif
  };
poll:
  atomic { if
    :: wait[i] == 0
#ifdef R_TIMEOUT
      -> assert(lease > 0)
#endif
    :: FENCED(primary) && SHOWS(primary)
#ifdef R_ACK
      -> assert(!(row[IX(primary,0)] && row[IX(primary,1)] && lease && wait[i] == W))
#endif
#ifdef FAILOVER
    :: primary == 1 && FENCED(0) && SHOWS(0) /* poll on the deposed primary */
#endif
    :: wait[i] = 0; wbud[i] = 0; e = 0; s = 0; goto start /* crash; the client retries */
    fi;
    CUT_ANSWER
    if :: mask & 1 -> done = 1 :: else fi;
    wait[i] = 0; wbud[i] = 0; e = 0; s = 0 }
}

#ifdef REAPER
proctype Reaper()
{
  byte n;  /* = 0: reaping node 1 cannot harm node 0 */
look:
  atomic { row[IX(primary,n)]; same[n] = 1; rw = W; rbud = 1 };
#ifdef M_REAP
  atomic { rw == 0; row[IX(primary,n)] = 0; same[n] = 0; goto look }
#else
  atomic { if :: rw == 0 && !rlock[n] :: !same[n] fi; rw = 0; rbud = 0;
    /* DELETE ... WHERE incarnation = $i AND renew_seq = $seen */
    if :: same[n] ->
#ifdef R_REAP
      assert(gen[n] > 0 || !done);
#endif
      row[IX(primary,n)] = 0
       :: else fi;
    same[n] = 0; goto look }
#endif
}
#endif

#ifdef FAILOVER
proctype Failover()
{
  byte b;
  atomic {
#ifndef M_ASYNC
    b = rep;  /* every acknowledged commit is on the standby */
#endif
    do :: b < ep[0] -> b++ :: break od;
    fb = b; ep[1] = b;
    if :: tok[0] <= b -> tok[2] = tok[0] :: else fi;
    if :: tok[1] <= b -> tok[3] = tok[1] :: else fi;
    row[2] = row[0]; row[3] = row[1];
    if :: ackd[0] <= b -> ackd[2] = ackd[0] :: ackd[2] = 0 fi;
    if :: ackd[1] <= b -> ackd[3] = ackd[1] :: ackd[3] = 0 fi;
    rlock[0] = 0; rlock[1] = 0; rep = 0; b = 0;
    primary = 1
#ifdef R_FORK
    ; assert(!(ep[0] > fb && gen[0] > fb && lease))
#endif
  }
}
#endif

inline waittick(v, bud)
{
  if
  :: v > 0 -> v--
  :: v > 1 && bud -> v = v - 2; bud = 0
  :: v == 0
  fi;
  if :: v == 0 -> bud = 0 :: else fi
}

#ifdef REAPER
#define RUNNING (lease || pend || wait[0] || wait[1] || rw)
#else
#define RUNNING (lease || pend || wait[0] || wait[1])
#endif

proctype Tick()
{
  do
  :: atomic {
    RUNNING;
    if
    :: (lease == 0 || lbud) && (pend == 0 || pbud) -> lbud = 0; pbud = 0
    :: if :: lease > 0 -> lease-- :: else fi;
       if :: pend > 0 -> pend-- :: else fi;
       if :: lease == 0 -> lbud = 0 :: else fi;
       if :: pend == 0 -> pbud = 0 :: else fi
    fi;
    waittick(wait[0], wbud[0]); waittick(wait[1], wbud[1]);
#ifdef REAPER
    waittick(rw, rbud)
#endif
     }
  od
}

#ifdef ONE
/* All other nodes, as seen from node 0: their member rows can only delay a 200,
 * so they are left out; their synchronous commits push P's log to the standby. */
proctype Others() { do :: atomic { primary == 0 && rep != ep[0] -> rep = ep[0] } od }
#endif

init {
  atomic {
    run Tick(); run Node(0);
#ifdef ONE
    run Others();
#else
    run Node(1);
#endif
    run Revoker(0); run Revoker(1); run Verifier();
#ifdef REAPER
    run Reaper();
#endif
#ifdef FAILOVER
    run Failover();
#endif
  }
}
